package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints in half precision. */
class HalfPrecisionModelTest {
  /** Every finite float16 that is not negative; its index is its bits. */
  private static final double[] FLOAT16 = new double[0x7C00];

  static {
    for (int bits = 0; bits < FLOAT16.length; bits++) {
      double fraction = (bits & 1023) / 1024.0;
      int exponent = bits >> 10;
      FLOAT16[bits] =
          exponent == 0 ? fraction * Math.pow(2, -14) : (1 + fraction) * Math.pow(2, exponent - 15);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"F16", "BF16"})
  void theWeightsAreTheRoundedOnes(String dtype) throws Exception {
    BaseModel base = Golden.base("bert");
    ModelSpec spec = Golden.spec(base);
    float[] exact = base.load(spec, 1);
    BaseModel half = BaseModel.open(copy(dtype));
    float[] rounded = half.load(spec, 1);
    double precision = dtype.equals("F16") ? 0x1p-11 : 0x1p-8;
    for (int i = 0; i < exact.length; i++) {
      assertThat(rounded[i]).isEqualTo(value(bits(exact[i], dtype), dtype));
      assertThat(Math.abs(rounded[i] - exact[i]))
          .isLessThanOrEqualTo((float) Math.max(precision * Math.abs(exact[i]), 0x1p-25));
    }
    assertThat(rounded).isNotEqualTo(exact);
    assertThat(half.fingerprint()).isNotEqualTo(base.fingerprint());
    assertThat(half.headOrigin(spec).initialised()).isEmpty();
  }

  private static short bits(float value, String dtype) {
    if (dtype.equals("BF16")) {
      int raw = Float.floatToRawIntBits(value);
      return (short) ((raw + 0x8000) >>> 16);
    }
    double magnitude = Math.abs(value);
    int at = Arrays.binarySearch(FLOAT16, magnitude);
    int above = at < 0 ? -at - 1 : at;
    boolean down = above > 0 && magnitude - FLOAT16[above - 1] < FLOAT16[above] - magnitude;
    return (short) ((down ? above - 1 : above) | (value < 0 ? 0x8000 : 0));
  }

  private static float value(short bits, String dtype) {
    return dtype.equals("BF16")
        ? Float.intBitsToFloat(bits << 16)
        : (float) (bits < 0 ? -FLOAT16[bits & 0x7FFF] : FLOAT16[bits]);
  }

  /** The golden BERT, every tensor written in that type. */
  private static MemoryFolder copy(String dtype) throws Exception {
    MemoryFolder folder =
        MemoryFolder.copyOf(Golden.folder("bert"), "config.json", "model.safetensors");
    SafetensorsReader reader = SafetensorsReader.open(folder.file("model.safetensors"));
    ObjectNode header = new ObjectMapper().createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    reader
        .tensors()
        .forEach(
            (name, tensor) -> {
              ObjectNode entry = header.putObject(name).put("dtype", dtype);
              tensor.shape().forEach(entry.withArray("shape")::add);
              entry.withArray("data_offsets").add(data.size());
              for (float weight : reader.floats(name)) {
                short bits = bits(weight, dtype);
                data.write(bits);
                data.write(bits >> 8);
              }
              entry.withArray("data_offsets").add(data.size());
            });
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    return folder.put(
        "model.safetensors",
        ByteBuffer.allocate(8 + json.length + data.size())
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json)
            .put(data.toByteArray())
            .array());
  }
}
