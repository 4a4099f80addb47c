package io.sparsetune.bench;

import io.sparsetune.cli.Main;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code bin/bench memory}: whether a command's memory grows with its steps and runs. */
@Command(
    name = "memory",
    mixinStandardHelpOptions = true,
    description = {
      "Prints a curve of the memory of a long command of SparseTune's, such as",
      "  bin/bench memory -- train CONFIG --set training.max_steps=20000",
      "  bin/bench memory -- experiments FOLDER",
      "The command runs in this process, driver and executor in one: live heap after a collection,",
      "metaspace and threads."
    })
final class MemoryCommand implements Callable<Integer> {
  private static final double MEGABYTE = 1 << 20;

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "20",
      description = "from one sample to the next (${DEFAULT-VALUE})")
  private int every;

  @Option(
      names = "--master",
      defaultValue = "local[2]",
      description = "where Spark runs (${DEFAULT-VALUE})")
  private String master;

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "what bin/sparsetune gets")
  private List<String> command;

  private final long started = System.nanoTime();

  @Override
  public Integer call() {
    System.setProperty("spark.master", master);
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "memory");
              // The command may end the process.
              thread.setDaemon(true);
              return thread;
            });
    clock.scheduleWithFixedDelay(this::sample, every, every, TimeUnit.SECONDS);
    Main.main(command.toArray(String[]::new));
    clock.shutdown();
    sample();
    return 0;
  }

  private void sample() {
    // Twice, so that what the first one lets go of is gone as well.
    System.gc();
    System.gc();
    double heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MEGABYTE;
    double metaspace =
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong(MemoryCommand::used)
                .sum()
            / MEGABYTE;
    System.out.printf(
        Locale.ROOT,
        "%6d s: live heap %6.1f MB, metaspace %6.1f MB, %d classes, %d threads%n",
        (System.nanoTime() - started) / 1_000_000_000,
        heap,
        metaspace,
        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
        ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static long used(MemoryPoolMXBean pool) {
    return pool.getUsage().getUsed();
  }
}
