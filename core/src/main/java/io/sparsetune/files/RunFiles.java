package io.sparsetune.files;

import java.util.List;
import java.util.regex.Pattern;

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

  /** The error that the last command ended in, where it ended by itself. */
  public static final String FAILURE = "failure.json";

  /** An empty file, written last: the run is complete. */
  public static final String SUCCESS = "_SUCCESS";

  /** A folder beside the files, of states that training can go on from. */
  public static final String CHECKPOINTS = "checkpoints";

  /** Every file, in the order in which they are removed: first completeness, identity last. */
  public static final List<String> ALL = List.of(SUCCESS, RESULT, DELTA, METRICS, FAILURE, RUN);

  /** The states in the folder of checkpoints, and the folder of those of dense rounds. */
  private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-\\d{6,9}|rounds");

  private RunFiles() {}

  /** Whether a run has a file or folder of that name, or one that is there for a while. */
  public static boolean isOne(String name) {
    return ALL.contains(name) || name.equals(CHECKPOINTS) || TemporaryName.isOne(name);
  }

  /** Whether the folder of checkpoints has a file or folder of that name, or has it for a while. */
  public static boolean isCheckpoint(String name) {
    return CHECKPOINT.matcher(name).matches() || TemporaryName.isOne(name);
  }
}
