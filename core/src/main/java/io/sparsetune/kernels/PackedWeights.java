package io.sparsetune.kernels;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * θ's matrices packed for the products Wᵀ·dy of a backward pass, so that they need not be packed
 * for each micro-batch. For W·x packing costs little, and the scalar form packs nothing: both do
 * without.
 */
public final class PackedWeights implements PreparedWeights {
  private final float[] theta;
  private final Map<Integer, PackedMatrix> matrices = new ConcurrentHashMap<>();
  private final Set<Integer> stale = ConcurrentHashMap.newKeySet();

  /**
   * @param theta all parameters
   */
  public PackedWeights(float[] theta) {
    this.theta = theta;
  }

  @Override
  public Products products(Kernels kernels) {
    return kernels.with(this);
  }

  @Override
  public void changed(int offset) {
    if (matrices.containsKey(offset)) {
      stale.add(offset);
    }
  }

  @Override
  public void changed(int offset, int[] positions) {
    PackedMatrix matrix = matrices.get(offset);
    if (matrix != null) {
      matrix.put(theta, offset, positions);
    }
  }

  boolean are(float[] array) {
    return array == theta;
  }

  /**
   * The matrix [rows, columns] that begins there in θ.
   *
   * @throws IllegalArgumentException where it had another shape before
   */
  PackedMatrix matrix(int offset, int rows, int columns) {
    PackedMatrix matrix = matrices.computeIfAbsent(offset, absent -> pack(offset, rows, columns));
    if (matrix.rows() != rows || matrix.columns() != columns) {
      throw new IllegalArgumentException(
          "Invalid matrix at %d: [%d, %d], [%d, %d] before"
              .formatted(offset, rows, columns, matrix.rows(), matrix.columns()));
    }
    if (stale.contains(offset)) {
      packAnew(matrix, offset);
    }
    return matrix;
  }

  private PackedMatrix pack(int offset, int rows, int columns) {
    PackedMatrix matrix = new PackedMatrix(rows, columns);
    matrix.put(theta, offset);
    return matrix;
  }

  private void packAnew(PackedMatrix matrix, int offset) {
    synchronized (matrix) {
      // Not before all of it is there may another thread find it fresh.
      if (stale.contains(offset)) {
        matrix.put(theta, offset);
        stale.remove(offset);
      }
    }
  }
}
