package io.sparsetune.error;

import java.util.Locale;

/** Numbers of things in messages. */
public final class Counted {
  private Counted() {}

  /**
   * Such as {@code 1 step} and {@code 1,200 steps}.
   *
   * @param one the noun in the singular; its plural ends in s
   */
  public static String of(long number, String one) {
    return String.format(Locale.ROOT, "%,d %s%s", number, one, number == 1 ? "" : "s");
  }
}
