package io.sparsetune.safetensors;

/** Element types of the format, by their names in headers. */
public enum Dtype {
  BOOL(1),
  U8(1),
  I8(1),
  F8_E5M2(1),
  F8_E4M3(1),
  U16(2),
  I16(2),
  F16(2),
  BF16(2),
  U32(4),
  I32(4),
  F32(4),
  U64(8),
  I64(8),
  F64(8);

  private final int bytes;

  Dtype(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether its elements convert to float32 without loss: F32, F16, BF16. */
  public boolean widensToFloat() {
    return this == F32 || this == F16 || this == BF16;
  }
}
