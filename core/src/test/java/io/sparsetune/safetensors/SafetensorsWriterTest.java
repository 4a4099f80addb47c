package io.sparsetune.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.files.ByteSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SafetensorsWriterTest {
  private static byte[] bytes(SafetensorsWriter writer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.writeTo(out);
    return out.toByteArray();
  }

  @Test
  void theBytesAreThoseOfTheFormat() throws IOException {
    byte[] bytes =
        bytes(
            new SafetensorsWriter()
                .ints("z", List.of(2), new int[] {1, -2})
                .metadata("k", "a\"ü\n")
                .floats("b", List.of(1, 2), new float[] {1.5f, -0f}));
    String header =
        "{\"__metadata__\":{\"k\":\"a\\\"ü\\n\"},\"b\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
            + "\"z\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[8,16]}}";
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    int padded = (text.length + 7) / 8 * 8;
    ByteBuffer expected = ByteBuffer.allocate(8 + padded + 16).order(ByteOrder.LITTLE_ENDIAN);
    expected.putLong(padded).put(text);
    while (expected.position() < 8 + padded) {
      expected.put((byte) ' ');
    }
    expected.putFloat(1.5f).putFloat(-0f).putInt(1).putInt(-2);
    assertThat(bytes).isEqualTo(expected.array());
  }

  @Test
  void theOrderOfAddingDoesNotMatter() throws IOException {
    byte[] one =
        bytes(
            new SafetensorsWriter()
                .floats("a", List.of(1), new float[1])
                .metadata("x", "1")
                .metadata("y", "2")
                .ints("b", List.of(1), new int[1]));
    byte[] other =
        bytes(
            new SafetensorsWriter()
                .ints("b", List.of(1), new int[1])
                .metadata("y", "2")
                .floats("a", List.of(1), new float[1])
                .metadata("x", "1"));
    assertThat(one).isEqualTo(other);
  }

  @Test
  void whatIsWrittenIsReadBackByAnIndependentPath() throws IOException {
    float[] values = new float[100_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.intBitsToFloat(i * 40_503);
    }
    byte[] bytes =
        bytes(
            new SafetensorsWriter()
                .floats(
                    "big",
                    List.of(100, 1000),
                    sink -> {
                      for (int row = 0; row < 100; row++) {
                        sink.accept(
                            Arrays.copyOfRange(values, 1000 * row, 1000 * row + 1000), 1000);
                      }
                    }));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = (int) buffer.getLong();
    JsonNode header =
        new ObjectMapper().readTree(new String(bytes, 8, length, StandardCharsets.UTF_8));
    assertThat(header.get("big").get("data_offsets").get(1).asInt()).isEqualTo(400_000);
    assertThat((8 + length) % 8).isZero();
    for (int i = 0; i < values.length; i++) {
      assertThat(buffer.getInt(8 + length + 4 * i)).isEqualTo(Float.floatToRawIntBits(values[i]));
    }
    float[] read = SafetensorsReader.open(ByteSource.of("f", bytes)).floats("big");
    for (int i = 0; i < values.length; i++) {
      assertThat(Float.floatToRawIntBits(read[i])).isEqualTo(Float.floatToRawIntBits(values[i]));
    }
  }

  @Test
  void aTensorThatGivesTooFewElementsOrANameTwiceIsAMistake() {
    assertThatThrownBy(() -> bytes(new SafetensorsWriter().floats("a", List.of(2), new float[1])))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Tensor a gave 1 elements instead of 2");
    SafetensorsWriter writer = new SafetensorsWriter().ints("a", List.of(1), new int[1]);
    assertThatThrownBy(() -> writer.ints("a", List.of(1), new int[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> writer.ints("__metadata__", List.of(1), new int[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
