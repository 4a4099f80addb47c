package io.sparsetune.cluster;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words for failures of the Java virtual machine itself: out of memory, a stack overflow, a
 * class that does not load, an executor that ended of one of these.
 */
public final class FatalErrors {
  /** An error in a message of Spark's: its class, and its own message. */
  private static final Pattern WRITTEN =
      Pattern.compile(
          "(?:java\\.lang|org\\.apache\\.spark\\.memory)\\."
              + "((?:Spark)?OutOfMemoryError|StackOverflowError|InternalError|UnknownError"
              + "|\\w*LinkageError|NoClassDefFoundError|NoSuchMethodError|NoSuchFieldError"
              + "|AbstractMethodError|IncompatibleClassChangeError|\\w*ClassFormatError"
              + "|UnsupportedClassVersionError|UnsatisfiedLinkError|ExceptionInInitializerError"
              + "|VerifyError|BootstrapMethodError|IllegalAccessError|ClassCircularityError)\\b"
              + "(?:: (.*))?");

  /** How an executor ended: the codes of Spark's own handler, or what ended its container. */
  private static final Pattern ENDED =
      Pattern.compile(
          "ExecutorLostFailure.*?(?:code|status):? (50|51|52)\\b"
              + "|ExecutorLostFailure.*?(memory limits|OOMKilled)",
          Pattern.DOTALL);

  private static final String MORE_MEMORY =
      "Give the driver more with SPARSETUNE_DRIVER_MEMORY or spark-submit's --driver-memory, the"
          + " executors with --executor-memory (with bin/sparsetune these stand after --).";

  private FatalErrors() {}

  /** One error: the simple name of its class, and its message, which may be empty. */
  private record Found(String name, String message) {
    static Found of(Error error) {
      return new Found(
          error.getClass().getSimpleName(),
          error.getMessage() == null ? "" : error.getMessage().lines().findFirst().orElse(""));
    }

    boolean isMemory() {
      return name.endsWith("OutOfMemoryError");
    }

    String shown() {
      return message.isEmpty() ? name : isMemory() ? message : name + ": " + message;
    }
  }

  /**
   * What happened, where, and what to change; empty where the failure has no such error.
   *
   * @param failure with the errors as causes, or written into Spark's messages
   */
  public static Optional<String> inWords(Throwable failure) {
    return found(failure).map(found -> inWords(found, where(failure)));
  }

  private static String inWords(Found found, String where) {
    if (found.isMemory()) {
      return "out of memory (%s%s). %s".formatted(where, found.shown(), MORE_MEMORY);
    }
    if (found.name().equals("StackOverflowError")) {
      return ("the stack overflowed (%s%s): something in the input is nested very deeply. If it"
              + " must be so, give threads a larger stack: --conf"
              + " spark.driver.extraJavaOptions=-Xss16m and the same for spark.executor (with"
              + " bin/sparsetune these stand after --).")
          .formatted(where, found.shown());
    }
    return ("Java could not go on (%s%s). Where a class is named, a library is missing or of"
            + " another version than what calls it: see SPARK_HOME, --jars and --packages.")
        .formatted(where, found.shown());
  }

  private static Optional<Found> found(Throwable failure) {
    List<Throwable> causes = Causes.of(failure);
    for (Throwable cause : causes) {
      if (cause instanceof VirtualMachineError || cause instanceof LinkageError) {
        return Optional.of(Found.of((Error) cause));
      }
      if (cause instanceof TaskMemoryException task) {
        return Optional.of(new Found("OutOfMemoryError", "in a task: " + task.getMessage()));
      }
    }
    for (Throwable cause : causes) {
      String message = String.valueOf(cause.getMessage());
      Matcher written = WRITTEN.matcher(message);
      if (written.find()) {
        String own = written.group(2) == null ? "" : written.group(2).strip();
        return Optional.of(new Found(written.group(1), own));
      }
      Matcher ended = ENDED.matcher(message);
      if (ended.find()) {
        return Optional.of(ofExecutor(Optional.ofNullable(ended.group(1)).orElse("")));
      }
    }
    return Optional.empty();
  }

  private static Found ofExecutor(String code) {
    return switch (code) {
      case "50", "51" ->
          new Found(
              "InternalError", "an executor ended with code %s; its log says why".formatted(code));
      case "52" -> new Found("OutOfMemoryError", "an executor ended with code 52");
      default ->
          new Found(
              "OutOfMemoryError",
              "an executor was killed, as those are that take more memory than they may: see"
                  + " spark.executor.memoryOverhead too");
    };
  }

  private static String where(Throwable failure) {
    for (Throwable cause : Causes.of(failure)) {
      if (cause instanceof FailedWorkException work) {
        return work.work() + ": ";
      }
    }
    return "";
  }
}
