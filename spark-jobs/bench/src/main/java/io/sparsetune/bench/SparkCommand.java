package io.sparsetune.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/bench spark}: what Spark adds to a step. */
@Command(
    name = "spark",
    mixinStandardHelpOptions = true,
    description = {
      "Times what Spark adds to a step.",
      "Sparse steps of a model of next to no work run on Spark as training runs",
      "them, and on threads of one process: the difference is what Spark adds.",
      "With --prepared the steps are MiniLM's on the quick start's batches, and the",
      "two take turns."
    })
final class SparkCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--k",
      split = ",",
      defaultValue = "53000",
      description = "trained values (${DEFAULT-VALUE}); several with commas")
  private List<Integer> sizes;

  @Option(
      names = "--tasks",
      split = ",",
      defaultValue = "2",
      description = "tasks of a step, each with one micro-batch (${DEFAULT-VALUE})")
  private List<Integer> tasks;

  @Option(
      names = "--cores",
      defaultValue = "2",
      description = "N of local[N], and threads of the process without Spark (${DEFAULT-VALUE})")
  private int cores;

  @Option(
      names = "--prepared",
      paramLabel = "FOLDER",
      description =
          "what bin/sparsetune quickstart --prepare made; takes three minutes, and --k, --tasks and --seconds do not count then")
  private Path prepared;

  @Option(names = "--seconds", defaultValue = "8", description = "measured (${DEFAULT-VALUE})")
  private double seconds;

  @Option(names = "--json", paramLabel = "FILE", description = "write the figures there too")
  private Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Checks.between(spec, "--k", sizes, 1, TinyModel.largest());
    Checks.between(spec, "--tasks", tasks, 1, 4096);
    Checks.between(spec, "--cores", List.of(cores), 1, 4096);
    Map<String, Object> report = new LinkedHashMap<>();
    if (prepared != null) {
      report.put("quickstart", quickStart());
      Measurement.write(report, json);
      return 0;
    }
    for (int k : sizes) {
      for (int count : tasks) {
        Map<String, Double> row =
            Measurement.of(
                "spark-step-process",
                "--k",
                "" + k,
                "--tasks",
                "" + count,
                "--cores",
                "" + cores,
                "--seconds",
                "" + seconds);
        report.put("k%d-tasks%d".formatted(k, count), row);
        System.out.printf(
            Locale.ROOT,
            "local[%d], k = %,d, %3d task%s: %7.1f ms a step (at best %.1f), %.1f without Spark%n",
            cores,
            k,
            count,
            count == 1 ? " " : "s",
            row.get("median_ms"),
            row.get("min_ms"),
            row.get("local_ms"));
      }
    }
    Measurement.write(report, json);
    return 0;
  }

  private Map<String, Double> quickStart() throws IOException, InterruptedException {
    Checks.prepared(spec, prepared);
    Map<String, Double> row =
        Measurement.of(
            "quickstart-process", "--prepared", prepared.toString(), "--cores", "" + cores);
    System.out.printf(
        Locale.ROOT,
        "local[%d], the quick start: %.1f ms a step, %.1f without Spark (medians); of each of %.0f pairs, Spark adds %.1f%% (median)%n",
        cores,
        row.get("spark_ms"),
        row.get("local_ms"),
        row.get("pairs"),
        100 * (row.get("ratio") - 1));
    return row;
  }
}
