package io.sparsetune.executor;

import io.sparsetune.sums.NotFiniteException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A task's result, or why there is none. A number out of range is the same in every attempt, so it
 * is returned and not thrown: Spark would try again.
 *
 * @param value null for none
 * @param notFinite null for none
 */
record Outcome<T>(T value, NotFiniteException notFinite) implements Serializable {

  /** Nothing: the run has moved on, and nobody waits for this task. */
  static <T> Outcome<T> stale() {
    return new Outcome<>(null, null);
  }

  /** What the work gives; empty for stale. */
  static <T> Outcome<T> of(Supplier<Optional<T>> work) {
    try {
      return new Outcome<>(work.get().orElse(null), null);
    } catch (NotFiniteException e) {
      return new Outcome<>(null, e);
    }
  }

  /** What becomes of the value, if there is one. */
  <R> Outcome<R> map(Function<T, R> function) {
    return new Outcome<>(value == null ? null : function.apply(value), notFinite);
  }

  /**
   * The values of all tasks.
   *
   * @throws NotFiniteException the first task's that has one
   * @throws IllegalStateException where a task that was waited for found newer values
   */
  static <T> List<T> values(List<Outcome<T>> outcomes) {
    for (Outcome<T> outcome : outcomes) {
      if (outcome.notFinite != null) {
        throw outcome.notFinite;
      }
    }
    List<T> values = new ArrayList<>();
    for (Outcome<T> outcome : outcomes) {
      if (outcome.value == null) {
        throw new IllegalStateException("A task found newer values in its engine than its own");
      }
      values.add(outcome.value);
    }
    return values;
  }

  /** Both tasks' results as one; a failure, or a task without result, leaves none. */
  static <T> Outcome<T> merge(Outcome<T> a, Outcome<T> b, BinaryOperator<T> values) {
    if (a.notFinite != null || b.notFinite != null) {
      return a.notFinite != null ? a : b;
    }
    return a.value == null || b.value == null
        ? stale()
        : of(() -> Optional.of(values.apply(a.value, b.value)));
  }
}
