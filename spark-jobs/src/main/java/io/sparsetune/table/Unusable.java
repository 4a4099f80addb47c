package io.sparsetune.table;

import java.io.Serializable;

/**
 * Stands in a row for a value that is no text, number or flag.
 *
 * @param what a list, say
 */
public record Unusable(String what) implements Serializable {
  private static final long serialVersionUID = 1;

  @Override
  public String toString() {
    return what;
  }
}
