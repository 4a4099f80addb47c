package io.sparsetune.kernels;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.dnnl.memory;

/**
 * θ's matrices in bfloat16, each converted when a product first needs it, once for all threads; it
 * follows θ when it is told of changes. Thread-safe, but {@link #changed} must not run beside a
 * product.
 */
public final class Bf16Weights {
  private static final class Matrix {
    final int size;
    final memory memory;
    final NativeHalves halves;

    /** Guarded by the matrix, as what it tells of is. */
    boolean stale = true;

    Matrix(int size) {
      this.size = size;
      this.memory = OneDnn.allocate(2L * size);
      this.halves = new NativeHalves(memory, size);
    }
  }

  private final float[] theta;
  private final Map<Integer, Matrix> matrices = new ConcurrentHashMap<>();

  /**
   * @param theta all parameters; products whose left operand is this array find it here
   */
  public Bf16Weights(float[] theta) {
    this.theta = theta;
  }

  /** All of the matrix that begins there in θ has other values now. */
  public void changed(int offset) {
    Matrix matrix = matrices.get(offset);
    if (matrix != null) {
      synchronized (matrix) {
        matrix.stale = true;
      }
    }
  }

  /**
   * Some of its elements have.
   *
   * @param positions in the matrix
   */
  public void changed(int offset, int[] positions) {
    Matrix matrix = matrices.get(offset);
    if (matrix != null) {
      synchronized (matrix) {
        matrix.halves.put(theta, offset, positions);
      }
    }
  }

  boolean are(float[] array) {
    return array == theta;
  }

  /**
   * @throws IllegalArgumentException where it had another size before
   */
  memory matrix(int offset, int size, Kernels kernels) {
    Matrix matrix = matrices.computeIfAbsent(offset, absent -> new Matrix(size));
    if (matrix.size != size) {
      throw new IllegalArgumentException(
          "Invalid matrix at %d: %d entries, %d before".formatted(offset, size, matrix.size));
    }
    synchronized (matrix) {
      if (matrix.stale) {
        matrix.halves.put(kernels, theta, offset, 0, size);
        matrix.stale = false;
      }
    }
    return matrix.memory;
  }
}
