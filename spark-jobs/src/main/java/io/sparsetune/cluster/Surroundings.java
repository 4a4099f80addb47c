package io.sparsetune.cluster;

import io.sparsetune.files.IoReason;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells the failures of what a command needs from those of the command: executors that were lost, a
 * store or a master that does not answer, a full disk. All of that may be better later.
 */
public final class Surroundings {
  /**
   * Classes of errors by their simple names, since some are of libraries of file systems; a remote
   * or a task's error is left in words alone. A name that nobody knows is not among them: it is
   * rather a slip than a name server's fault.
   */
  private static final Pattern UNANSWERED =
      Pattern.compile(
          "\\b(?:ConnectException|ConnectTimeoutException|SocketTimeoutException|SocketException"
              + "|NoRouteToHostException|NoHttpResponseException|ConnectionPoolTimeoutException"
              + "|ApiCallTimeoutException|ApiCallAttemptTimeoutException|AWSStatus500Exception"
              + "|AWSServiceThrottledException|StandbyException|SafeModeException"
              + "|BlockMissingException|FetchFailedException)\\b"
              + "|could only be (?:written|replicated) to 0 ");

  private static final Pattern LOST =
      Pattern.compile("ExecutorLostFailure \\(.*?\\)(?: Reason:\\s*[^\\n]*)?");

  /** Executors that ended of what they did, or of the memory that they were given. */
  private static final Pattern ITS_OWN =
      Pattern.compile(
          "(?:code|status):? (?:50|51|52)\\b|memory limits|OOMKilled", Pattern.CASE_INSENSITIVE);

  private Surroundings() {}

  /** Whether the same work may go well later, since what failed is none of SparseTune's. */
  public static boolean areToBlame(Throwable failure) {
    for (Throwable at : Causes.of(failure)) {
      // What our own errors say may be a file's words.
      boolean ours = at.getClass().getName().startsWith("io.sparsetune.");
      String said = ours ? "" : at.getClass().getName() + ": " + at.getMessage();
      Matcher lost = LOST.matcher(said);
      if (lost.find()) {
        // Kubernetes' reasons have several lines.
        return !ITS_OWN.matcher(said.substring(lost.start())).find();
      }
      if (UNANSWERED.matcher(said).find() || IoReason.isFullDisk(said)) {
        return true;
      }
    }
    return false;
  }

  /** What to say of executors that were lost too often; empty for any other failure. */
  public static Optional<String> lostExecutors(Throwable failure) {
    for (Throwable at : Causes.of(failure)) {
      Matcher lost = LOST.matcher(String.valueOf(at.getMessage()));
      if (lost.find()) {
        return Optional.of(
            "executors were lost, and with them a task as often as spark.task.maxFailures allows"
                + " (%s). The same command goes on from what was saved. Executors that take more"
                    .formatted(lost.group().replaceAll("\\s+", " ").strip())
                + " memory than they may are lost so too: see spark.executor.memoryOverhead.");
      }
    }
    return Optional.empty();
  }
}
