package io.sparsetune.kernels;

/**
 * The arithmetic of the engine. Every operation has one definition down to the bit, stated here in
 * terms of IEEE 754 single-precision operations, so that the scalar form and the Vector API form,
 * and every CPU, give the same result. Matrices are row-major parts of arrays; activations are
 * feature-major: [features, tokens], an example's tokens side by side. Instances own scratch
 * memory: one for each thread.
 */
public interface Kernels {

  /** Which operand of a product is read transposed. */
  enum Form {
    /** C[i][j] = Σ A[i][l]·B[l][j]. */
    NN,
    /** C[i][j] = Σ A[l][i]·B[l][j]. */
    TN,
    /** C[i][j] = Σ A[i][l]·B[j][l]. */
    NT
  }

  /** The fastest form this JVM can load. */
  static Kernels create() {
    return KernelLoader.create();
  }

  /** "vector-8" (lanes) or "scalar". */
  String name();

  /**
   * C [m, n] from A and B over k terms. Definition: c = accumulate ? C[i][j] : 0; for l = 0..k−1: c
   * = fma(a, b, c), one rounding at a time, l rising.
   */
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
   * Σ a[i]·b[i]. Definition: 16 partial sums, s[i mod 16] = fma(a[i], b[i], s[i mod 16]), i rising
   * from zeros; then for w = 8, 4, 2, 1: s[j] = s[j] + s[j + w] for j &lt; w; the result is s[0].
   */
  float dot(float[] a, int aOffset, float[] b, int bOffset, int n);

  /** Σ a[i], by the definition of {@link #dot} with b = 1 (s + a, no fma). */
  float sum(float[] a, int aOffset, int n);

  /**
   * out[outOffset + q − from] = dot(row r of dy, row c of x) for q in [from, to), where
   * positions[q] = r·columns + c: the masked entries of a weight's gradient. Rows are [tokens] long
   * and contiguous.
   */
  void maskedDots(
      float[] dy,
      int dyOffset,
      float[] x,
      int xOffset,
      int tokens,
      int columns,
      int[] positions,
      int from,
      int to,
      float[] out,
      int outOffset);

  /** y[r][t] = v[r]: rows of one value each, the start of a product with bias. */
  void fillRows(float[] v, int vOffset, int rows, int tokens, float[] y, int yOffset);

  /** y[i] = y[i] + x[i]. */
  void add(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** y[i] = x[i]·Φ(x[i]), Φ by the kernels' own erf. */
  void gelu(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** dx[i] = dy[i]·(Φ(x) + x·φ(x)). */
  void geluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  /** GELU's tanh approximation. */
  void geluTanh(float[] x, int xOffset, float[] y, int yOffset, int n);

  void geluTanhGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  void relu(float[] x, int xOffset, float[] y, int yOffset, int n);

  void reluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  /** x·σ(x). */
  void silu(float[] x, int xOffset, float[] y, int yOffset, int n);

  void siluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  void tanh(float[] x, int xOffset, float[] y, int yOffset, int n);

  void exp(float[] x, int xOffset, float[] y, int yOffset, int n);

  /**
   * Softmax over the rows of each column of scale·s, in place: s is [rows, columns] with leading
   * dimension ld. The maximum is taken out first.
   */
  void softmaxColumns(float[] s, int sOffset, int rows, int columns, int ld, float scale);

  /**
   * In place in dp: the gradient with respect to s of {@link #softmaxColumns}, from the gradient dp
   * with respect to its result p: scale·p·(dp − Σ_rows p·dp).
   */
  void softmaxColumnsGradient(
      float[] p, int pOffset, float[] dp, int dpOffset, int rows, int columns, int ld, float scale);

  /**
   * LayerNorm over the features of each token. Writes y = xhat·gamma + beta, xhat = (x −
   * mean)·invStd [features, tokens] and invStd [tokens].
   */
  void layerNorm(
      float[] x,
      int xOffset,
      float[] gamma,
      int gammaOffset,
      float[] beta,
      int betaOffset,
      int features,
      int tokens,
      float eps,
      float[] y,
      int yOffset,
      float[] xhat,
      int xhatOffset,
      float[] invStd,
      int invStdOffset);

  /** dx of {@link #layerNorm}, from dy and what the forward pass kept. dx may be dy. */
  void layerNormGradient(
      float[] dy,
      int dyOffset,
      float[] xhat,
      int xhatOffset,
      float[] invStd,
      int invStdOffset,
      float[] gamma,
      int gammaOffset,
      int features,
      int tokens,
      float[] dx,
      int dxOffset);

  /**
   * y[i] = kept ? x[i]·scale : 0. Element i is dropped when the 16 random bits number counter + i
   * of the key's stream, as an unsigned number, are below threshold. y may be x.
   *
   * @param threshold the probability in units of 2⁻¹⁶
   * @param scale 65536 / (65536 − threshold)
   */
  void dropout(
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int n,
      long key,
      long counter,
      int threshold,
      float scale);
}
