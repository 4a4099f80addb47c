package io.sparsetune.safetensors;

import java.io.IOException;

/** Takes a tensor's elements in row-major order, piece by piece. */
@FunctionalInterface
public interface FloatSink {
  /** The next {@code count} elements, from {@code values[0]} on; the array is reused afterwards. */
  void accept(float[] values, int count) throws IOException;

  /** Fills an array from index {@code at} on. */
  static FloatSink into(float[] array, int at) {
    int[] next = {at};
    return (values, count) -> {
      System.arraycopy(values, 0, array, next[0], count);
      next[0] += count;
    };
  }
}
