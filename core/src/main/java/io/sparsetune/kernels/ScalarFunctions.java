package io.sparsetune.kernels;

/**
 * The functions of one float, defined operation by operation: each line is one IEEE 754 operation
 * for each operator or fma. NaN gives NaN, everywhere. {@code VectorFunctions} does the same on
 * many floats.
 */
final class ScalarFunctions {
  /** Added and taken away, it rounds to the nearest whole number (ties to even): 1.5·2²³. */
  static final float ROUND = 0x1.8p23f;

  static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

  static final float EXP_HIGHEST = 89f;
  static final float EXP_LOWEST = -104f;
  static final float LOG2_E = 1.44269504f;

  /** log 2 in two parts; n·LN2_HIGH is exact for all n in use. */
  static final float LN2_HIGH = 0.69140625f;

  static final float LN2_LOW = 1.74093060e-3f;

  /** (e^r − 1 − r)/r² on |r| ≤ log(2)/2, minimax to 4e-9 of e^r; constant term last. */
  static final float E4 = 1.37514074e-3f;

  static final float E3 = 8.36891588e-3f;
  static final float E2 = 4.16695327e-2f;
  static final float E1 = 1.66665182e-1f;
  static final float E0 = 4.99999881e-1f;

  /**
   * Φ(−t)·e^(t²/2) as a polynomial in u = 1/(1 + t/4) without constant term, to 3e-7 of itself for
   * t in [0, 6]; first power last.
   */
  static final float U7 = -9.53235403e-2f;

  static final float U6 = 3.58603448e-1f;
  static final float U5 = -2.98835367e-1f;
  static final float U4 = 3.12445283e-1f;
  static final float U3 = 7.85457809e-3f;
  static final float U2 = 1.16986737e-1f;
  static final float U1 = 9.82688516e-2f;
  static final float QUARTER = 0.25f;
  static final float MINUS_HALF = -0.5f;

  /** 1/√(2π). */
  static final float DENSITY = 3.98942292e-1f;

  /** GELU's approximation is x·σ(x·(G1 + G3·x²)): 2·√(2/π) and that times 0.044715. */
  static final float G1 = 1.59576917f;

  static final float G3 = 7.13548139e-2f;

  /** 3·G3. */
  static final float G3_TIMES_3 = 2.14064449e-1f;

  /** Beyond it σ is 0 or 1 to the last bit, and its slope 0. */
  static final float GELU_TANH_END = 10f;

  /** (tanh(x)/x − 1)/x² as a polynomial in x² for |x| below TANH_SMALL, to 6e-9. */
  static final float T4 = -5.70404250e-3f;

  static final float T3 = 2.06378624e-2f;
  static final float T2 = -5.37391566e-2f;
  static final float T1 = 1.33314312e-1f;
  static final float T0 = -3.33332807e-1f;
  static final float TANH_SMALL = 0.625f;

  private ScalarFunctions() {}

  /** e^x: 0 below −104, infinity above 88.73, subnormal results rounded once. */
  static float exp(float x) {
    float c = x > EXP_HIGHEST ? EXP_HIGHEST : x;
    c = c < EXP_LOWEST ? EXP_LOWEST : c;
    float t = Math.fma(c, LOG2_E, ROUND);
    float n = t - ROUND;
    float r = Math.fma(n, -LN2_HIGH, c);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(E4, r, E3);
    p = Math.fma(p, r, E2);
    p = Math.fma(p, r, E1);
    p = Math.fma(p, r, E0);
    p = Math.fma(p, r * r, r) + 1f;
    int e = Float.floatToRawIntBits(t) - ROUND_BITS;
    int half = e >> 1;
    return p * power(half) * power(e - half);
  }

  private static float power(int e) {
    return Float.intBitsToFloat((e + 127) << 23);
  }

  static float gelu(float x) {
    return x * normalCdf(x, exp(x * x * MINUS_HALF));
  }

  /** GELU's derivative, Φ(x) + x·φ(x). */
  static float geluSlope(float x) {
    float e = exp(x * x * MINUS_HALF);
    return Math.fma(x * DENSITY, e, normalCdf(x, e));
  }

  /** Φ(x) = (1 + erf(x/√2))/2, given e = e^(−x²/2). */
  static float normalCdf(float x, float e) {
    float u = 1f / Math.fma(Math.abs(x), QUARTER, 1f);
    float q = Math.fma(U7, u, U6);
    q = Math.fma(q, u, U5);
    q = Math.fma(q, u, U4);
    q = Math.fma(q, u, U3);
    q = Math.fma(q, u, U2);
    q = Math.fma(q, u, U1);
    float tail = q * u * e;
    return x < 0f ? tail : 1f - tail;
  }

  static float geluTanh(float x) {
    return x * sigmoid(x * Math.fma(x * x, G3, G1));
  }

  static float geluTanhSlope(float x) {
    float c = x > GELU_TANH_END ? GELU_TANH_END : x;
    c = c < -GELU_TANH_END ? -GELU_TANH_END : c;
    float square = c * c;
    float s = sigmoid(c * Math.fma(square, G3, G1));
    return Math.fma(c * (s * (1f - s)), Math.fma(square, G3_TIMES_3, G1), s);
  }

  static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  static float siluSlope(float x) {
    float s = sigmoid(x);
    return s * Math.fma(x, 1f - s, 1f);
  }

  static float tanh(float x) {
    float t = Math.abs(x);
    float square = x * x;
    float p = Math.fma(T4, square, T3);
    p = Math.fma(p, square, T2);
    p = Math.fma(p, square, T1);
    p = Math.fma(p, square, T0);
    float small = Math.fma(x * square, p, x);
    float large = 1f - 2f / (exp(t + t) + 1f);
    large = x < 0f ? -large : large;
    return t < TANH_SMALL ? small : large;
  }

  /**
   * 32 random bits: number {@code word} of the key's stream. MurmurHash3's finaliser, twice, over
   * the low halves and then the high halves of both.
   */
  static int randomBits(long key, long word) {
    int h = finish((int) word ^ (int) key);
    return finish(h + highPart(key, word));
  }

  /** What the second round adds: the same for 2³² words. */
  static int highPart(long key, long word) {
    return (int) (key >>> 32) + (int) (word >>> 32) * WORD_HIGH;
  }

  static final int WORD_HIGH = 0x9E3779B1;
  static final int FINISH_1 = 0x85EBCA6B;
  static final int FINISH_2 = 0xC2B2AE35;

  private static int finish(int h) {
    h = (h ^ (h >>> 16)) * FINISH_1;
    h = (h ^ (h >>> 13)) * FINISH_2;
    return h ^ (h >>> 16);
  }

  /** The upper half of the bits, rounded to the nearest, ties to even; NaN becomes a quiet one. */
  static short toBf16(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }
}
