package io.sparsetune.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench spark}: what Spark adds to a step. */
@Command(
    name = "spark",
    mixinStandardHelpOptions = true,
    description = {
      "Times what Spark adds to a step.",
      "Sparse steps of a model of next to no work run on Spark as training runs them, and on threads",
      "of one process: the difference is what Spark adds."
    })
final class SparkCommand implements Callable<Integer> {
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
      names = "--master",
      defaultValue = "local[2]",
      description = "local[N] or local-cluster[N,1,1024] (${DEFAULT-VALUE})")
  private String master;

  @Option(names = "--seconds", defaultValue = "8", description = "measured (${DEFAULT-VALUE})")
  private double seconds;

  @Option(names = "--json", paramLabel = "FILE", description = "write the figures there too")
  private Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, Object> report = new LinkedHashMap<>();
    for (int k : sizes) {
      for (int count : tasks) {
        Map<String, Double> row =
            Measurement.of(
                "spark-step-process",
                "--k",
                "" + k,
                "--tasks",
                "" + count,
                "--master",
                master,
                "--seconds",
                "" + seconds);
        report.put("k%d-tasks%d".formatted(k, count), row);
        System.out.printf(
            Locale.ROOT,
            "%s, k = %,d, %3d task%s: %7.1f ms a step (at best %.1f), %.1f without Spark%n",
            master,
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
}
