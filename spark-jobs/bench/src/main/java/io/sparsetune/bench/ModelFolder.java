package io.sparsetune.bench;

import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.pretrained.ModelConfigFile;
import io.sparsetune.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Hugging Face folders of BERT encoders that exist only to be measured. */
final class ModelFolder {
  private ModelFolder() {}

  static void write(ModelSpec spec, float[] theta, Path folder) throws IOException {
    ParameterLayout layout = spec.layout();
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      int from = layout.offset(t);
      String prefix = tensor.name().startsWith("classifier") ? "" : "bert.";
      weights.floats(
          prefix + tensor.name(),
          tensor.shape(),
          sink -> {
            float[] values = Arrays.copyOfRange(theta, from, from + tensor.size());
            sink.accept(values, values.length);
          });
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      weights.writeTo(out);
    }
    Files.writeString(
        folder.resolve("config.json"), ModelConfigFile.json(spec.encoder()).toString());
  }
}
