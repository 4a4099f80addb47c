package io.sparsetune.kernels;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.dnnl.memory;

/**
 * θ's matrices in bfloat16, each converted when a product first asks for it after a change, once
 * for all threads.
 */
public final class Bf16Weights implements PreparedWeights {
  private static final class Matrix {
    final int size;
    final memory memory;
    final NativeHalves halves;
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
   * @param theta all parameters
   */
  public Bf16Weights(float[] theta) {
    this.theta = theta;
  }

  @Override
  public Products products(Kernels kernels) {
    return new Bf16Products(kernels, this);
  }

  @Override
  public void changed(int offset, int[] positions) {
    changed(offset);
  }

  @Override
  public void changed(int offset) {
    Matrix matrix = matrices.get(offset);
    if (matrix != null) {
      synchronized (matrix) {
        matrix.stale = true;
      }
    }
  }

  boolean are(float[] array) {
    return array == theta;
  }

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
