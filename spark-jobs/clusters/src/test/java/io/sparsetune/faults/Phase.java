package io.sparsetune.faults;

import java.util.List;

/** A phase of a training, which its jobs and files tell. */
enum Phase {
  SCORE_ROUND("score round"),
  DENSE_ROUND("dense round"),
  STEP("step"),
  EVALUATION("evaluation"),
  /** From the delta to the mark of completeness. */
  RESULT("delta.safetensors", "result.json", "_SUCCESS");

  /** How the descriptions of its jobs begin, or its files. */
  private final List<String> signs;

  Phase(String... signs) {
    this.signs = List.of(signs);
  }

  List<String> signs() {
    return signs;
  }

  /** Whether tasks run in it. */
  boolean hasTasks() {
    return this != RESULT;
  }

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
  }
}
