package io.sparsetune.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.commons.io.FileUtils;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bin/faults}: runs schedules of faults. */
@Command(
    name = "faults",
    mixinStandardHelpOptions = true,
    description = {
      "Trains tiny models under spark-submit while executors, workers and drivers are killed, tasks"
          + " fail and are late, and the run's disk is full, as a seed has drawn it.",
      "Each training has to end in the files of one that nothing happened to, byte for byte in its"
          + " delta. Exit codes: 0 all did, 1 one did not, 2 wrong arguments.",
      "A schedule that fails is printed with the command that repeats it, and its folder is kept."
    })
final class FaultsMain implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "A",
      defaultValue = "1",
      description = "What the schedules are drawn from: a whole number (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--schedules",
      paramLabel = "N",
      defaultValue = "20",
      description = "How many, from schedule 0 on (${DEFAULT-VALUE}).")
  private int schedules;

  @Option(
      names = "--only",
      paramLabel = "I",
      description = "Runs the schedule of that number alone.")
  private Integer only;

  @Option(names = "--list", description = "Prints the schedules and runs none.")
  private boolean list;

  @Option(
      names = "--work",
      paramLabel = "FOLDER",
      description = "An empty folder for everything that is written; a temporary one otherwise.")
  private Path work;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new FaultsMain()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (schedules < 1) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --schedules: " + schedules + " is not 1 or more");
    }
    if (only != null && only < 0) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --only: " + only + " is not 0 or more");
    }
    List<FaultSchedule> drawn = new ArrayList<>();
    for (int i = 0; i < schedules && only == null; i++) {
      drawn.add(FaultSchedule.draw(seed, i));
    }
    if (only != null) {
      drawn.add(FaultSchedule.draw(seed, only));
    }
    if (list) {
      drawn.forEach(System.out::println);
      return 0;
    }
    return run(drawn);
  }

  private int run(List<FaultSchedule> drawn) throws IOException, InterruptedException {
    Path folder = folder();
    List<ScheduleResult> results = new ArrayList<>();
    int failed = 0;
    try (ScheduleRunner runner =
        new ScheduleRunner(Path.of(System.getProperty("spark.home")), folder)) {
      for (FaultSchedule schedule : drawn) {
        try {
          ScheduleResult result = runner.run(schedule);
          results.add(result);
          System.out.println(result);
        } catch (FailedScheduleException e) {
          failed++;
          System.out.println("FAILED " + e.getMessage());
        }
      }
    }
    System.out.println();
    Tally.of(results).lines().forEach(System.out::println);
    System.out.printf(
        "%d schedules ended in the files that they have to leave, %d did not%n",
        results.size(), failed);
    if (failed > 0) {
      return 1;
    }
    FileUtils.deleteDirectory(folder.toFile());
    return 0;
  }

  private Path folder() throws IOException {
    if (work == null) {
      return Files.createTempDirectory("sparsetune-faults.");
    }
    if (Files.exists(work) && !(Files.isDirectory(work) && isEmpty(work))) {
      throw new ParameterException(
          spec.commandLine(), "Invalid --work: " + work + " is not an empty folder");
    }
    return Files.createDirectories(work.toAbsolutePath().normalize());
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }
}
