package io.sparsetune.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** A trusting reader of the golden files, which knows nothing of the code under test. */
public final class GoldenTensors {
  private static final List<String> PREFIXES = List.of("", "bert.", "roberta.");

  private final ByteBuffer data;
  private final JsonNode header;

  private GoldenTensors(ByteBuffer data, JsonNode header) {
    this.data = data;
    this.header = header;
  }

  public static GoldenTensors read(String file) {
    try {
      ByteBuffer bytes =
          ByteBuffer.wrap(Files.readAllBytes(Golden.folder(file))).order(ByteOrder.LITTLE_ENDIAN);
      int length = (int) bytes.getLong();
      byte[] json = new byte[length];
      bytes.get(json);
      return new GoldenTensors(
          bytes.slice().order(ByteOrder.LITTLE_ENDIAN), new ObjectMapper().readTree(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean has(String name) {
    return header.has(name);
  }

  /** A tensor by its name without the model's prefix. */
  public float[] named(String name) {
    return named("", name);
  }

  /**
   * The same.
   *
   * @param kind what stands before the model's prefix
   */
  public float[] named(String kind, String name) {
    return find(kind, name)
        .orElseThrow(
            () -> new IllegalArgumentException("There is no golden tensor " + kind + name));
  }

  /** The same of whole numbers. */
  public int[] wholeNamed(String name) {
    float[] floats = named(name);
    int[] whole = new int[floats.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (int) floats[i];
    }
    return whole;
  }

  /**
   * A tensor by its name without the model's prefix, where there is one.
   *
   * @param kind what stands before that prefix
   */
  public Optional<float[]> find(String kind, String name) {
    return PREFIXES.stream()
        .map(prefix -> kind + prefix + name)
        .filter(this::has)
        .findFirst()
        .map(this::floats);
  }

  public int[] shape(String name) {
    return new ObjectMapper().convertValue(header.required(name).required("shape"), int[].class);
  }

  public float[] floats(String name) {
    JsonNode tensor = header.required(name);
    boolean integers = tensor.required("dtype").asText().equals("I64");
    int begin = tensor.required("data_offsets").get(0).asInt();
    int end = tensor.required("data_offsets").get(1).asInt();
    float[] values = new float[(end - begin) / (integers ? 8 : 4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = integers ? data.getLong(begin + 8 * i) : data.getFloat(begin + 4 * i);
    }
    return values;
  }
}
