package io.sparsetune.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.hadoop.util.ShutdownHookManager;

/**
 * Ctrl-C and SIGTERM: stops what is running before the process ends. The process then ends with the
 * code that the signal gives it (130 or 143). Where it ends because a thread of Spark's asks for
 * it, that is what is said.
 */
final class Interruption {
  /** Before Spark's own hooks and the closing of file systems, which are Hadoop's. */
  private static final int BEFORE_SPARK = 200;

  private static final long MOST_SECONDS = 20;

  private final AtomicBoolean happened = new AtomicBoolean();

  /** Whether the process is being stopped from outside. */
  boolean happened() {
    return happened.get();
  }

  /** Runs work that {@code stop} stops when the process is interrupted meanwhile. */
  <T> T guard(PrintWriter err, Supplier<String> whatIsLeft, Runnable stop, Supplier<T> work) {
    Runnable hook =
        () -> {
          happened.set(true);
          Optional<String> exit = exiting();
          String left = whatIsLeft.get();
          err.println();
          err.println(
              exit.map(Interruption::ofExit).orElse("Interrupted: stopping the running jobs.")
                  + " "
                  + left);
          err.flush();
          // Spark's threads print stack traces of what they can no longer do.
          System.setErr(new PrintStream(OutputStream.nullOutputStream()));
          try {
            stop.run();
          } catch (IllegalStateException e) {
            // Spark was faster: it has stopped already.
          }
        };
    ShutdownHookManager.get().addShutdownHook(hook, BEFORE_SPARK, MOST_SECONDS, TimeUnit.SECONDS);
    try {
      return work.get();
    } finally {
      remove(hook);
    }
  }

  /**
   * The thread that asked for the end of the process; empty where a signal did. Whoever asks waits
   * in {@link System#exit} until it ends; a signal's handler does not go that way.
   */
  private static Optional<String> exiting() {
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      for (StackTraceElement frame : thread.getValue()) {
        if (frame.getClassName().equals("java.lang.Runtime")
            && frame.getMethodName().equals("exit")) {
          return Optional.of(thread.getKey().getName());
        }
      }
    }
    return Optional.empty();
  }

  private static String ofExit(String thread) {
    return ("Error: Spark has ended the process, in its thread '%s'. Its own messages may say why;"
            + " where memory was short, give the driver more with SPARSETUNE_DRIVER_MEMORY or"
            + " spark-submit's --driver-memory.")
        .formatted(thread);
  }

  private static void remove(Runnable hook) {
    try {
      ShutdownHookManager.get().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook has run, or is running.
    }
  }
}
