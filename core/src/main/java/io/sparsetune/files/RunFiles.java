package io.sparsetune.files;

import java.util.List;

/** The names of the files in a run's folder. */
public final class RunFiles {
  /** The configuration, versions, seed, hashes and machine of the run. */
  public static final String RUN = "run.json";

  /** One line for each log point. */
  public static final String METRICS = "metrics.jsonl";

  /** The trained positions and values. */
  public static final String DELTA = "delta.safetensors";

  /** The final metrics, sizes and traffic. */
  public static final String RESULT = "result.json";

  /** The error that the run ended in, where nobody can go on with it. */
  public static final String FAILURE = "failure.json";

  /** An empty file, written last: the run is complete. */
  public static final String SUCCESS = "_SUCCESS";

  /** A folder beside the files, of states that training can go on from. */
  public static final String CHECKPOINTS = "checkpoints";

  /** Every file, in the order in which they are removed: completeness first. */
  public static final List<String> ALL = List.of(SUCCESS, RESULT, FAILURE, DELTA, METRICS, RUN);

  private RunFiles() {}
}
