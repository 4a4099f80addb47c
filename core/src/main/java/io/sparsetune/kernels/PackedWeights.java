package io.sparsetune.kernels;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * θ's matrices packed for products with what is Wᵀ, in a backward pass, so that they need not be
 * packed for each micro-batch. In W·x packing costs little, and the scalar form packs nothing: both
 * do without.
 */
public final class PackedWeights implements PreparedWeights {
  private final float[] theta;
  private final Map<Integer, PackedMatrix> matrices = new ConcurrentHashMap<>();

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
  public void changed(int weight) {
    PackedMatrix matrix = matrices.get(weight);
    if (matrix != null) {
      matrix.put(theta, weight);
    }
  }

  @Override
  public void changed(int weight, int[] positions) {
    PackedMatrix matrix = matrices.get(weight);
    if (matrix != null) {
      matrix.put(theta, weight, positions);
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
  PackedMatrix matrix(int weight, int rows, int columns) {
    PackedMatrix matrix = matrices.computeIfAbsent(weight, absent -> pack(weight, rows, columns));
    if (matrix.rows() != rows || matrix.columns() != columns) {
      throw new IllegalArgumentException(
          "Invalid matrix at %d: [%d, %d], [%d, %d] before"
              .formatted(weight, rows, columns, matrix.rows(), matrix.columns()));
    }
    return matrix;
  }

  private PackedMatrix pack(int weight, int rows, int columns) {
    PackedMatrix matrix = new PackedMatrix(rows, columns);
    matrix.put(theta, weight);
    return matrix;
  }
}
