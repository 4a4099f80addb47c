package io.sparsetune.experiments;

import io.sparsetune.config.ConfigDifferences;
import io.sparsetune.config.RunConfig;
import io.sparsetune.mask.MaskBudget;
import java.math.BigDecimal;
import java.util.List;

/**
 * One run of the experiments.
 *
 * @param name as a path: the run's folder below the experiments' output
 * @param line the name of its line in the results, which it shares with other seeds
 * @param task its name on the grid's axis; may be empty
 * @param method its name on the grid's axis, or that of its file
 * @param config everything resolved
 */
public record Cell(String name, String line, String task, String method, RunConfig config) {
  /** Begins the difference of two seeds. */
  private static final String SEED = "training.seed ";

  /** The budget as a name: 0.005, or k=1000; empty for a method that has none. */
  String budget() {
    return config.method().budget().map(Cell::shown).orElse("");
  }

  private static String shown(MaskBudget budget) {
    return budget.sparsity().isPresent()
        ? new BigDecimal(Double.toString(budget.sparsity().getAsDouble()))
            .stripTrailingZeros()
            .toPlainString()
        : "k=" + budget.k().getAsInt();
  }

  long seed() {
    return config.training().seed();
  }

  /**
   * What tells a run of that configuration from this cell's, wherever it went: {@code training.seed
   * 2, not 1}; empty where it is this cell's.
   */
  List<String> differences(RunConfig run) {
    return ConfigDifferences.of(run, config);
  }

  /** Whether nothing but the seed, and where it goes, tells the two apart. */
  boolean isSeedOf(Cell other) {
    return ConfigDifferences.of(other.config, config).stream()
        .allMatch(difference -> difference.startsWith(SEED));
  }
}
