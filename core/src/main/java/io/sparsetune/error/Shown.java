package io.sparsetune.error;

import java.util.Collection;
import java.util.stream.Collectors;

/** A user's values in messages, cut where they are long. */
public final class Shown {
  private static final int MOST = 8;
  private static final int LONGEST = 60;

  private Shown() {}

  /** The first few, each cut and on one line, and how many there are where that is not all. */
  public static String list(Collection<String> values) {
    String first =
        values.stream()
            .limit(MOST)
            .map(value -> Printable.line(cut(value, LONGEST)))
            .collect(Collectors.joining(", "));
    return values.size() <= MOST ? first : "%s, … (%,d in all)".formatted(first, values.size());
  }

  /** The first so many characters of a value, and a sign where that is not all. */
  public static String cut(String value, int longest) {
    return value.codePointCount(0, value.length()) <= longest
        ? value
        : value.substring(0, value.offsetByCodePoints(0, longest)) + "…";
  }
}
