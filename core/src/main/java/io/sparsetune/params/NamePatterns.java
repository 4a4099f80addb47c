package io.sparsetune.params;

import java.util.List;

/**
 * Chooses tensors by name. In a pattern {@code *} matches anything, and the whole name has to
 * match; a pattern without {@code *} is a run of the name's dotted parts ({@code query}, {@code
 * output.dense}).
 */
public final class NamePatterns {
  private final List<String> patterns;

  public NamePatterns(List<String> patterns) {
    this.patterns = List.copyOf(patterns);
  }

  /** Whether any pattern matches. */
  public boolean matches(String name) {
    return patterns.stream().anyMatch(pattern -> matches(pattern, name));
  }

  private static boolean matches(String pattern, String name) {
    Glob glob = new Glob(pattern);
    return glob.isOpen() ? glob.matches(name) : ("." + name + ".").contains("." + pattern + ".");
  }
}
