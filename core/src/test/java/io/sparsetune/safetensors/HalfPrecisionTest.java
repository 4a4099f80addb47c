package io.sparsetune.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.ByteSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HalfPrecisionTest {
  /** sign · 2^(exponent − 15) · 1.fraction, in double arithmetic. */
  private static double defined(int bits) {
    double sign = (bits & 0x8000) == 0 ? 1 : -1;
    int exponent = bits >> 10 & 31;
    double fraction = (bits & 1023) / 1024.0;
    if (exponent == 31) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * fraction * Math.pow(2, -14)
        : sign * (1 + fraction) * Math.pow(2, exponent - 15);
  }

  @Test
  void everyFloat16WidensToItsValue() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float widened = HalfPrecision.float16((short) bits);
      assertThat(Double.compare(widened, defined(bits))).as("%04x", bits).isZero();
    }
    assertThat(Float.floatToRawIntBits(HalfPrecision.float16((short) 0x8000)))
        .isEqualTo(0x80000000);
    assertThat(HalfPrecision.float16((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(HalfPrecision.float16((short) 0x7BFF)).isEqualTo(65504f);
  }

  @Test
  void everyBfloat16IsTheUpperHalfOfAFloat() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float widened = HalfPrecision.bfloat16((short) bits);
      if (!Float.isNaN(widened)) {
        assertThat(Float.floatToRawIntBits(widened)).isEqualTo(bits << 16);
      }
    }
  }

  @Test
  void tensorsOfBothKindsAreReadAsFloats() {
    String header =
        "{\"b\":{\"dtype\":\"BF16\",\"shape\":[65536],\"data_offsets\":[0,131072]},"
            + "\"h\":{\"dtype\":\"F16\",\"shape\":[65536],\"data_offsets\":[131072,262144]}}";
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length() + 262144).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 131072; i++) {
      bytes.putShort((short) i);
    }
    SafetensorsReader reader = SafetensorsReader.open(ByteSource.of("f", bytes.array()));
    float[] brain = reader.floats("b");
    float[] half = reader.floats("h");
    for (int i = 0; i < 65536; i++) {
      assertThat(Float.compare(brain[i], HalfPrecision.bfloat16((short) i))).isZero();
      assertThat(Float.compare(half[i], HalfPrecision.float16((short) i))).isZero();
    }
  }
}
