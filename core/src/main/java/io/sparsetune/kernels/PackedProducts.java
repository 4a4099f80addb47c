package io.sparsetune.kernels;

/** A thread's products, which find θ's matrices packed; {@link VectorKernels}' bits. */
final class PackedProducts implements Products {
  private final VectorGemm gemm;
  private final PackedWeights packed;

  PackedProducts(VectorGemm gemm, PackedWeights packed) {
    this.gemm = gemm;
    this.packed = packed;
  }

  @Override
  public void gemm(
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
      boolean accumulate) {
    if (form == Form.TN && packed.are(a) && lda == m) {
      PackedMatrix w = packed.matrix(aOffset, k, m);
      gemm.multiply(w, n, b, bOffset, ldb, c, cOffset, ldc, accumulate);
    } else {
      gemm.multiply(form, m, n, k, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc, accumulate);
    }
  }

  @Override
  public void affine(
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
      int yOffset) {
    gemm.affine(m, n, k, w, wOffset, x, xOffset, bias, biasOffset, y, yOffset);
  }
}
