package io.sparsetune.error;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds what a mistyped name was probably meant to be. */
public final class NearestName {
  private NearestName() {}

  /**
   * The known name that differs least from {@code wanted}, where any is near enough to be meant;
   * ties go to the first in the collection's order. Case, hyphens and underscores count little.
   */
  public static Optional<String> of(String wanted, Collection<String> known) {
    String given = plain(wanted);
    int limit = Math.max(1, (given.length() + 1) / 3);
    String best = null;
    for (String name : known) {
      int distance = distance(given, plain(name));
      if (distance <= limit && distance < Math.max(given.length(), name.length())) {
        best = name;
        limit = distance - 1;
      }
    }
    return Optional.ofNullable(best);
  }

  /** {@code " Did you mean 'x'?"} where a known name is near, else nothing: to end a message. */
  public static String hint(String wanted, Collection<String> known) {
    return of(wanted, known).map(name -> " Did you mean '" + name + "'?").orElse("");
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  /** Edits of one character (insert, delete, replace, swap two neighbours) from a to b. */
  private static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, Math.min(last[j], row[j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[b.length()];
  }
}
