package io.sparsetune.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Ctrl-C and SIGTERM: stops what is running before the process ends. The process then ends with the
 * code that the signal gives it (130 or 143).
 */
final class Interruption {
  private final AtomicBoolean happened = new AtomicBoolean();

  /** Whether the process is being stopped from outside. */
  boolean happened() {
    return happened.get();
  }

  /** Runs work that {@code stop} stops when the process is interrupted meanwhile. */
  <T> T guard(PrintWriter err, Supplier<String> whatIsLeft, Runnable stop, Supplier<T> work) {
    Thread hook =
        new Thread(
            () -> {
              happened.set(true);
              err.println();
              err.println("Interrupted: stopping the running jobs. " + whatIsLeft.get());
              err.flush();
              // Spark's threads print stack traces of what they can no longer do.
              System.setErr(new PrintStream(OutputStream.nullOutputStream()));
              try {
                stop.run();
              } catch (IllegalStateException e) {
                // Spark was faster: it has stopped already.
              }
            },
            "sparsetune-interrupted");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return work.get();
    } finally {
      remove(hook);
    }
  }

  private static void remove(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending: the hook has run, or is running.
    }
  }
}
