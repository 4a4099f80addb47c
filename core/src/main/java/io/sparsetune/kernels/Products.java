package io.sparsetune.kernels;

/**
 * Matrix products. Matrices are row-major parts of arrays. Instances own scratch memory: one for
 * each thread.
 */
public interface Products {

  /** Which operand of a product is read transposed. */
  enum Form {
    /** C[i][j] = Σ A[i][l]·B[l][j]. */
    NN,
    /** C[i][j] = Σ A[l][i]·B[l][j]. */
    TN,
    /** C[i][j] = Σ A[i][l]·B[j][l]. */
    NT
  }

  /** C [m, n] from A and B over k terms, added to C where {@code accumulate}. */
  void gemm(
      Form form,
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate);

  /**
   * y = W·x + b, a dense layer: y [m, n] from W [m, k], x [k, n] and the bias b [m], all
   * contiguous. y overlaps none of the others.
   */
  void affine(
      int m,
      int n,
      int k,
      float[] w,
      int wOffset,
      float[] x,
      int xOffset,
      float[] bias,
      int biasOffset,
      float[] y,
      int yOffset);
}
