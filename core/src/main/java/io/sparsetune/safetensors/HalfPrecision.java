package io.sparsetune.safetensors;

/** 16-bit floats widened to float32, exactly. */
final class HalfPrecision {
  private HalfPrecision() {}

  /** bfloat16: the upper half of a float32. */
  static float bfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** IEEE 754 binary16, subnormals, infinities and NaN payloads included. */
  static float float16(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1F;
    int fraction = bits & 0x3FF;
    if (exponent == 0x1F) {
      return Float.intBitsToFloat(sign | 0x7F800000 | fraction << 13);
    }
    if (exponent != 0) {
      return Float.intBitsToFloat(sign | (exponent + 112) << 23 | fraction << 13);
    }
    float magnitude = fraction * 0x1p-24f;
    return sign == 0 ? magnitude : -magnitude;
  }
}
