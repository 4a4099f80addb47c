package io.sparsetune.clusters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, which ends with its children when it is closed. */
final class ServerProcess implements AutoCloseable {
  private static final long PAUSE_MILLIS = 50;

  private final Process process;
  private final Path log;
  private final Thread hook;

  private ServerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    this.hook = new Thread(this::killAll);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Starts it; what it prints goes to the log. */
  static ServerProcess start(ProcessBuilder builder, Path log) throws IOException {
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    return new ServerProcess(builder.start(), log);
  }

  /** Everything that it has printed. */
  String output() throws IOException {
    return Files.readString(log);
  }

  /** The process, whose standard input is open. */
  Process process() {
    return process;
  }

  /** Something that becomes true. */
  interface Condition {
    boolean holds() throws IOException;
  }

  /** Waits until a condition holds; fails with the log when the server ends first or takes long. */
  void await(Duration atMost, Condition condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (!condition.holds()) {
      if (!process.isAlive() || System.nanoTime() > end) {
        throw new IllegalStateException(
            "%s after %s:%n%s"
                .formatted(process.isAlive() ? "Not ready" : "Ended", atMost, output()));
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  /** Ends the process alone, by SIGKILL, as a machine's fault would. */
  void kill() {
    process.destroyForcibly();
  }

  /** Ends the process and all that it has started. */
  void killAll() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public void close() {
    killAll();
    try {
      process.waitFor(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }
}
