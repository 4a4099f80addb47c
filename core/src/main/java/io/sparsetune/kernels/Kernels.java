package io.sparsetune.kernels;

/**
 * The arithmetic of the engine. Every operation is defined to the bit by {@code ScalarKernels} and
 * {@code ScalarFunctions}, in IEEE 754 single-precision operations; the Vector API form gives the
 * same result, on every CPU. Said here are shapes and what is computed, and the order of additions.
 * Matrices are row-major parts of arrays; activations are feature-major: [features, tokens], an
 * example's tokens side by side. Where nothing else is said, x, y, dy and dx are [n], from their
 * offsets on, and y may be x, dx may be dy.
 */
public interface Kernels extends Products {

  /** The fastest form this JVM can load. */
  static Kernels create() {
    return KernelLoader.create();
  }

  /** "vector-8" (lanes) or "scalar". */
  String name();

  /**
   * Definition: c = accumulate ? C[i][j] : 0; for l = 0..k−1: c = fma(a, b, c), one rounding at a
   * time, l rising.
   */
  @Override
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

  /** The chain of {@link #gemm}, starting at c = b[i]. */
  @Override
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

  /**
   * y[i] = the upper half of the bits of x[i], rounded to the nearest, ties to even: a bfloat16.
   * NaN stays NaN.
   */
  void toBf16(float[] x, int xOffset, short[] y, int yOffset, int n);

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

  /** y[i] = y[i] + x[i]; y is another array than x, or the same place in it. */
  void add(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** GELU: y = x·Φ(x), Φ the normal distribution, by a polynomial of its own. */
  void gelu(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** dx = dy·(Φ(x) + x·φ(x)), from the x that {@link #gelu} was given. */
  void geluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  /** GELU's tanh approximation, as y = x·σ(x·(2·√(2/π) + 2·√(2/π)·0.044715·x²)). */
  void geluTanh(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** dx = dy times the slope of {@link #geluTanh} at x. */
  void geluTanhGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  /** y = x where x is above 0, else 0; NaN stays NaN. */
  void relu(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** dx = dy where x is above 0, else 0; dy where x is NaN. */
  void reluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  /** y = x·σ(x). */
  void silu(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** dx = dy·σ(x)·(1 + x·(1 − σ(x))). */
  void siluGradient(
      float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, int n);

  /** y = tanh(x). */
  void tanh(float[] x, int xOffset, float[] y, int yOffset, int n);

  /** y = e^x: 0 below −104, infinity above 88.73, subnormal results rounded once. */
  void exp(float[] x, int xOffset, float[] y, int yOffset, int n);

  /**
   * Softmax over the rows of each column of scale·s, in place: s is [rows, columns] with leading
   * dimension ld. e = exp((s − the column's maximum)·scale), summed with the row rising; then each
   * e times 1 / the sum.
   */
  void softmaxColumns(float[] s, int sOffset, int rows, int columns, int ld, float scale);

  /**
   * In place in dp: the gradient with respect to s of {@link #softmaxColumns}, from the gradient dp
   * with respect to its result p: (dp − Σ_rows p·dp)·p·scale, the sum by fma with the row rising.
   * Both are [rows, columns] with leading dimension ld.
   */
  void softmaxColumnsGradient(
      float[] p, int pOffset, float[] dp, int dpOffset, int rows, int columns, int ld, float scale);

  /**
   * LayerNorm over the features of each token: x, y and xhat are [features, tokens], gamma and beta
   * [features], invStd [tokens]. Writes xhat = (x − mean)·invStd, y = fma(xhat, gamma, beta) and
   * invStd = 1 / √(variance + eps). A token's mean is Σ x times 1 / features; its variance Σ (x −
   * mean)², by fma, times 1 / features; both are summed with the feature rising. xhat may be y:
   * then y is what remains there.
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

  /**
   * dx of {@link #layerNorm}, from dy and what the forward pass kept: dy, xhat and dx are
   * [features, tokens], invStd [tokens], gamma [features]. With d = dy·gamma it is (d − mean of d −
   * xhat·mean of d·xhat)·invStd, both means over the features, summed with the feature rising. dx
   * may be dy.
   */
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
