package io.sparsetune.safetensors;

/** Element types of the format, by their names in headers. */
public enum Dtype {
  BOOL(8),
  U8(8),
  I8(8),
  F8_E5M2(8),
  F8_E4M3(8),
  U16(16),
  I16(16),
  F16(16),
  BF16(16),
  U32(32),
  I32(32),
  F32(32),
  U64(64),
  I64(64),
  F64(64),
  C64(64),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  F6_E2M3(6),
  F6_E3M2(6),
  F4(4);

  private final int bits;

  Dtype(int bits) {
    this.bits = bits;
  }

  /** Bits of one element; elements of fewer than eight are packed. */
  public int bits() {
    return bits;
  }

  /**
   * Bytes of one element.
   *
   * @throws IllegalStateException for a type whose elements are packed into bytes
   */
  public int bytes() {
    if (bits % 8 != 0) {
      throw new IllegalStateException("Elements of " + this + " have no bytes of their own");
    }
    return bits / 8;
  }

  /** Whether its elements convert to float32 without loss: F32, F16, BF16. */
  public boolean widensToFloat() {
    return this == F32 || this == F16 || this == BF16;
  }
}
