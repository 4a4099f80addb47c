package io.sparsetune.sums;

/**
 * Numbers as multiples of a unit in 64 bits, rounded to the nearest, ties to even: gradients of
 * 2⁻⁴⁰, losses of 2⁻²⁴. An addend has to be below 2⁶² units, a sum below 2⁶³.
 */
final class FixedPoint {
  static final double UNIT = 0x1p-40;

  /** A regression's squared errors may be large. */
  static final double LOSS_UNIT = 0x1p-24;

  private static final double PER_UNIT = 1 / UNIT;
  private static final double LIMIT = 0x1p62;

  /** Below this adding {@link #ROUNDER} leaves the rounded number in the low bits of the sum. */
  private static final double FAST_LIMIT = 0x1p51;

  private static final double ROUNDER = 0x1.8p52;
  private static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);

  private FixedPoint() {}

  /**
   * @throws NotFiniteException unless |x| is below 2⁶² units
   */
  static long of(double x, double unit, String what) {
    double scaled = x / unit;
    if (!(Math.abs(scaled) < LIMIT)) {
      throw new NotFiniteException("A %s is %s: not finite or out of range".formatted(what, x));
    }
    return (long) Math.rint(scaled);
  }

  /**
   * @throws NotFiniteException on overflow
   */
  static long sum(long a, long b, String what) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) {
      throw tooLarge(what);
    }
    return sum;
  }

  /** into[intoFrom + i] += x[from + i], exactly, for i below count. */
  static void addAll(float[] x, int from, long[] into, int intoFrom, int count, String what) {
    long overflow = 0;
    for (int i = 0; i < count; i++) {
      double scaled = x[from + i] * PER_UNIT;
      long fixed =
          Math.abs(scaled) < FAST_LIMIT
              ? Double.doubleToRawLongBits(scaled + ROUNDER) - ROUNDER_BITS
              : of(x[from + i], UNIT, what);
      long before = into[intoFrom + i];
      long after = before + fixed;
      overflow |= (before ^ after) & (fixed ^ after);
      into[intoFrom + i] = after;
    }
    if (overflow < 0) {
      throw tooLarge(what);
    }
  }

  /** into[i] += x[i]. */
  static void mergeAll(long[] x, long[] into, String what) {
    long overflow = 0;
    for (int i = 0; i < x.length; i++) {
      long before = into[i];
      long after = before + x[i];
      overflow |= (before ^ after) & (x[i] ^ after);
      into[i] = after;
    }
    if (overflow < 0) {
      throw tooLarge(what);
    }
  }

  private static NotFiniteException tooLarge(String what) {
    return new NotFiniteException("The sum of a %s is out of range".formatted(what));
  }
}
