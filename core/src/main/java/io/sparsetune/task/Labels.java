package io.sparsetune.task;

import io.sparsetune.error.DataException;
import io.sparsetune.error.Shown;
import java.io.Serializable;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.Set;

/** The labels of a classification task: at least two different ones, each with its index. */
public final class Labels implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String INTEGER = "[-+]?\\d{1,18}";

  private final List<String> names;
  private final Map<String, Integer> indices;

  private Labels(List<String> names) {
    this.names = List.copyOf(names);
    this.indices = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      indices.put(names.get(i), i);
    }
  }

  /** Labels in the order given. */
  public static Labels of(List<String> names) {
    Set<String> distinct = new LinkedHashSet<>(names);
    if (distinct.size() < 2 || distinct.size() < names.size()) {
      throw new IllegalArgumentException(
          "Invalid labels: [" + Shown.list(names) + "] (at least two, each once)");
    }
    return new Labels(names);
  }

  /**
   * The distinct labels of training data: by value where all are whole numbers, else by code point.
   *
   * @throws DataException where there are fewer than two
   */
  public static Labels sortedDistinct(Collection<String> values) {
    Set<String> distinct = new LinkedHashSet<>(values);
    if (distinct.size() < 2) {
      throw new DataException(
          "Cannot learn from the training data's labels: every row has the label "
              + distinct
              + "; at least two different ones are needed. Is task.label the right column?");
    }
    Comparator<String> order = Labels::byCodePoint;
    if (distinct.stream().allMatch(value -> value.matches(INTEGER))) {
      order = Comparator.<String>comparingLong(Long::parseLong).thenComparing(order);
    }
    return new Labels(distinct.stream().sorted(order).toList());
  }

  public int size() {
    return names.size();
  }

  /** In the order of their indices. */
  public List<String> names() {
    return names;
  }

  public String name(int index) {
    return names.get(index);
  }

  /** The label's index; −1 for one that is not known. */
  public int index(String label) {
    return indices.getOrDefault(label, -1);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && labels.names.equals(names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    return "[" + Shown.list(names) + "]";
  }

  /** Not String's own order, which puts a surrogate before some smaller code points. */
  private static int byCodePoint(String a, String b) {
    PrimitiveIterator.OfInt left = a.codePoints().iterator();
    PrimitiveIterator.OfInt right = b.codePoints().iterator();
    while (left.hasNext() && right.hasNext()) {
      int difference = Integer.compare(left.nextInt(), right.nextInt());
      if (difference != 0) {
        return difference;
      }
    }
    return Boolean.compare(left.hasNext(), right.hasNext());
  }
}
