package io.sparsetune.state;

import java.util.Optional;

/** The elements of an array in a {@link StateFile}. */
enum ArrayType {
  FLOATS(1, Float.BYTES),
  DOUBLES(2, Double.BYTES),
  INTS(3, Integer.BYTES),
  LONGS(4, Long.BYTES);

  private final int code;
  private final int bytes;

  ArrayType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  byte code() {
    return (byte) code;
  }

  /** The bytes of an element. */
  int bytes() {
    return bytes;
  }

  String words() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  static Optional<ArrayType> of(int code) {
    for (ArrayType type : values()) {
      if (type.code == code) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
