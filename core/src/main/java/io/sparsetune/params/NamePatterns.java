package io.sparsetune.params;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Chooses tensors by name. In a pattern {@code *} matches anything, and the whole name has to
 * match; a pattern without {@code *} is a run of the name's dotted parts ({@code query}, {@code
 * output.dense}).
 */
public final class NamePatterns {
  private final List<Pattern> patterns;

  public NamePatterns(List<String> patterns) {
    this.patterns = patterns.stream().map(NamePatterns::compile).toList();
  }

  /** Whether any pattern matches. */
  public boolean matches(String name) {
    for (Pattern pattern : patterns) {
      if (pattern.matcher(name).matches()) {
        return true;
      }
    }
    return false;
  }

  private static Pattern compile(String pattern) {
    String[] literals = pattern.split("\\*", -1);
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < literals.length; i++) {
      regex.append(i == 0 ? "" : ".*").append(Pattern.quote(literals[i]));
    }
    return Pattern.compile(
        literals.length > 1 ? regex.toString() : "(.*\\.)?" + regex + "(\\..*)?");
  }
}
