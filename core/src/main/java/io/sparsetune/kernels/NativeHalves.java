package io.sparsetune.kernels;

import java.lang.ref.Reference;
import java.nio.ShortBuffer;
import org.bytedeco.dnnl.memory;

/** Numbers in bfloat16 outside the Java heap. */
final class NativeHalves {
  private static final int CHUNK = 4096;
  private static final short[] ZEROS = new short[CHUNK];

  /** Kept as long as it is written to. */
  private final memory memory;

  private final ShortBuffer to;
  private final short[] chunk = new short[CHUNK];

  NativeHalves(memory memory, int size) {
    this.memory = memory;
    this.to = OneDnn.bytes(memory, 2L * size).asShortBuffer();
  }

  /** Rounds x[xOffset], … to the places from {@code at} on. */
  void put(Kernels kernels, float[] x, int xOffset, int at, int n) {
    for (int i = 0; i < n; i += CHUNK) {
      int count = Math.min(CHUNK, n - i);
      kernels.toBf16(x, xOffset + i, chunk, 0, count);
      to.put(at + i, chunk, 0, count);
    }
    Reference.reachabilityFence(memory);
  }

  /** Rounds x[xOffset + i] to place i, for some i. */
  void put(float[] x, int xOffset, int[] places) {
    for (int i : places) {
      to.put(i, ScalarFunctions.toBf16(x[xOffset + i]));
    }
    Reference.reachabilityFence(memory);
  }

  /** Rows of {@code columns}, ld apart in x; each is followed by zeros up to {@code width}. */
  void putRows(Kernels kernels, float[] x, int xOffset, int ld, int rows, int columns, int width) {
    if (ld == columns && width == columns) {
      put(kernels, x, xOffset, 0, rows * columns);
      return;
    }
    for (int r = 0; r < rows; r++) {
      put(kernels, x, xOffset + r * ld, r * width, columns);
      to.put(r * width + columns, ZEROS, 0, width - columns);
    }
  }
}
