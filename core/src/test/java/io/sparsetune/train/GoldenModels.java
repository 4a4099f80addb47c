package io.sparsetune.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

/** What the golden tests of training read. */
final class GoldenModels {
  private GoldenModels() {}

  static JsonNode recipe(GoldenModel model) {
    try {
      return new ObjectMapper()
          .readTree(Files.readString(Golden.folder(model.name()).resolve("recipe.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A tensor by its name without the model's prefix. */
  static float[] floats(GoldenTensors tensors, String name) {
    for (String prefix : List.of("", "bert.", "roberta.")) {
      if (tensors.has(prefix + name)) {
        return tensors.floats(prefix + name);
      }
    }
    throw new IllegalArgumentException("There is no golden tensor " + name);
  }

  static int[] ints(GoldenTensors tensors, String name) {
    float[] floats = floats(tensors, name);
    int[] ints = new int[floats.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) floats[i];
    }
    return ints;
  }
}
