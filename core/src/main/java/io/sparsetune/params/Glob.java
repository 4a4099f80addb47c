package io.sparsetune.params;

import java.util.List;

/** A pattern of whole names in which {@code *} stands for any characters. */
public final class Glob {
  private final List<String> literals;

  public Glob(String pattern) {
    this.literals = List.of(pattern.split("\\*", -1));
  }

  /** Whether the pattern has a {@code *}. */
  boolean isOpen() {
    return literals.size() > 1;
  }

  /** In one pass over the name, however many {@code *} there are. */
  public boolean matches(String name) {
    String first = literals.get(0);
    if (!isOpen()) {
      return name.equals(first);
    }
    String last = literals.get(literals.size() - 1);
    if (!name.startsWith(first)) {
      return false;
    }
    int from = first.length();
    for (String literal : literals.subList(1, literals.size() - 1)) {
      int at = name.indexOf(literal, from);
      if (at < 0) {
        return false;
      }
      from = at + literal.length();
    }
    return name.length() - last.length() >= from && name.endsWith(last);
  }
}
