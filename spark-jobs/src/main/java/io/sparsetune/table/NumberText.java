package io.sparsetune.table;

import java.math.BigDecimal;

/** The text of a number: the same however it is written, and whatever its type is. */
public final class NumberText {
  /** Digits before or after the point that a number is written out with. */
  private static final int MOST_DIGITS = 400;

  private NumberText() {}

  /** Whole numbers without a fraction, others without zeros at their end. */
  public static String of(BigDecimal number) {
    BigDecimal exact = number.stripTrailingZeros();
    return Math.abs(exact.scale()) > MOST_DIGITS ? exact.toString() : exact.toPlainString();
  }
}
