package io.sparsetune.job;

import java.util.List;

/** The names of a run's files. */
final class RunFiles {
  /** Resolved configuration, versions, seed, hashes, machine: everything about where and when. */
  static final String RUN = "run.json";

  /** One line a log point. */
  static final String METRICS = "metrics.jsonl";

  static final String DELTA = "delta.safetensors";

  /** Final metrics, sizes and traffic. */
  static final String RESULT = "result.json";

  /** Written last: the run is complete. */
  static final String SUCCESS = "_SUCCESS";

  /** In the order in which they are removed: completeness first. */
  static final List<String> ALL = List.of(SUCCESS, RESULT, DELTA, METRICS, RUN);

  private RunFiles() {}
}
