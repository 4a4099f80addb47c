package io.sparsetune.model;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a model's last layer, which gives the scores, starts from a base that has one. */
public sealed interface ClassifierStart extends Serializable {
  /** From the base's rows in their order where there are as many, else drawn. */
  ClassifierStart IN_ORDER = new InOrder();

  /** Drawn, whatever the base has. */
  ClassifierStart DRAWN = new Drawn();

  /** {@link #IN_ORDER}. */
  record InOrder() implements ClassifierStart {}

  /** {@link #DRAWN}. */
  record Drawn() implements ClassifierStart {}

  /**
   * From the base's rows in another order.
   *
   * @param rows [outputs], a permutation: the row of the base that each output starts from
   */
  record Permuted(List<Integer> rows) implements ClassifierStart {
    public Permuted {
      rows = List.copyOf(rows);
      boolean[] seen = new boolean[rows.size()];
      for (int row : rows) {
        if (row < 0 || row >= seen.length || seen[row]) {
          throw new IllegalArgumentException("Invalid rows: they are no permutation");
        }
        seen[row] = true;
      }
    }
  }

  /**
   * By the labels' names: the base's rows where they have the very names that the outputs have, in
   * whichever order; drawn otherwise.
   *
   * @param base names of the base's rows
   * @param wanted names of the outputs
   */
  static ClassifierStart byName(List<String> base, List<String> wanted) {
    if (base.equals(wanted)) {
      return IN_ORDER;
    }
    Map<String, Integer> rowOf = new HashMap<>();
    for (int row = 0; row < base.size(); row++) {
      rowOf.put(base.get(row), row);
    }
    return base.size() == wanted.size() && rowOf.keySet().equals(Set.copyOf(wanted))
        ? new Permuted(wanted.stream().map(rowOf::get).toList())
        : DRAWN;
  }
}
