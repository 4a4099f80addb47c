package io.sparsetune.experiments;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What the seeds of one method, budget and task gave.
 *
 * @param cell the first of them
 * @param cells how many seeds there are to be
 * @param outcomes of those that are finished; at least one
 */
record ResultLine(Cell cell, int cells, List<RunOutcome> outcomes) {

  /**
   * A mean and how far the seeds are apart.
   *
   * @param deviation of the sample, that is with n − 1; empty for a single seed
   */
  record Spread(double mean, OptionalDouble deviation) {
    static Spread of(List<Double> values) {
      double mean = values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
      if (values.size() < 2) {
        return new Spread(mean, OptionalDouble.empty());
      }
      double squares = 0;
      for (double value : values) {
        squares += (value - mean) * (value - mean);
      }
      return new Spread(mean, OptionalDouble.of(StrictMath.sqrt(squares / (values.size() - 1))));
    }
  }

  /** In the order of the cells; lines without a finished run are left out. */
  static List<ResultLine> of(Map<Cell, CellState> states) {
    Map<String, List<Cell>> byLine = new LinkedHashMap<>();
    states
        .keySet()
        .forEach(
            cell -> byLine.computeIfAbsent(cell.line(), absent -> new ArrayList<>()).add(cell));
    List<ResultLine> lines = new ArrayList<>();
    for (List<Cell> cells : byLine.values()) {
      List<RunOutcome> outcomes = new ArrayList<>();
      for (Cell cell : cells) {
        if (states.get(cell) instanceof CellState.Finished finished) {
          outcomes.add(finished.outcome());
        }
      }
      if (!outcomes.isEmpty()) {
        lines.add(new ResultLine(cells.get(0), cells.size(), outcomes));
      }
    }
    return lines;
  }

  String metric() {
    return outcomes.get(0).metric();
  }

  long n() {
    return outcomes.get(0).n();
  }

  double mean(ToDoubleFunction<RunOutcome> value) {
    return outcomes.stream().mapToDouble(value).average().orElseThrow();
  }

  /** Empty where any of the runs has none. */
  Optional<Spread> spread(Function<RunOutcome, OptionalDouble> score) {
    List<Double> values = new ArrayList<>();
    for (RunOutcome outcome : outcomes) {
      score.apply(outcome).ifPresent(values::add);
    }
    return values.size() < outcomes.size() ? Optional.empty() : Optional.of(Spread.of(values));
  }

  /** Empty where any of the runs has none. */
  OptionalDouble meanCount(Function<RunOutcome, OptionalLong> count) {
    return outcomes.stream().anyMatch(outcome -> count.apply(outcome).isEmpty())
        ? OptionalDouble.empty()
        : OptionalDouble.of(mean(outcome -> count.apply(outcome).getAsLong()));
  }
}
