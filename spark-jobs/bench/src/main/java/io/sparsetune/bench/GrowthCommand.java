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

/** {@code bin/bench growth}: how a masked step's cost grows. */
@Command(
    name = "growth",
    mixinStandardHelpOptions = true,
    description = {
      "Times how the cost of a masked step grows.",
      "MiniLM without Spark, 2,048 tokens a step: with the share p that is trained, with the",
      "examples' length, with layers and with threads, one of them at a time."
    })
final class GrowthCommand implements Callable<Integer> {
  /** On both sides of where a dense product and a gather take the place of dots, too. */
  private static final double[] SHARES = {.001, .005, .02, .1, .29, .31, 1};

  private static final int[] LENGTHS = {16, 32, 64, 128, 256, 512};
  private static final int[] LAYERS = {1, 3, 6, 12};

  /** In megabytes: enough for all of the encoder to be trained. */
  private static final int HEAP = 3000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--threads",
      split = ",",
      defaultValue = "1,2",
      description = "threads to compare; the last is used for all else (${DEFAULT-VALUE})")
  private List<Integer> threads;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "measured seconds a process (${DEFAULT-VALUE})")
  private double seconds;

  @Option(names = "--json", paramLabel = "FILE", description = "write the figures there too")
  private Path json;

  private final Map<String, Object> report = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Checks.between(spec, "--threads", threads, 1, StepShape.MINILM.microBatches());
    StepShape shape = StepShape.MINILM.withHeap(HEAP);
    int most = threads.get(threads.size() - 1);
    for (int count : threads) {
      measure("threads", count, shape, count);
    }
    for (double share : SHARES) {
      measure("p", share, shape, most, "--sparsity", "" + share);
    }
    for (int length : LENGTHS) {
      measure("length", length, shape.withLength(length), most);
    }
    for (int layers : LAYERS) {
      measure("layers", layers, shape.withLayers(layers), most);
    }
    Measurement.write(report, json);
    return 0;
  }

  private void measure(String what, Number value, StepShape shape, int count, String... options)
      throws IOException, InterruptedException {
    Map<String, Double> row = StepProcess.measure(shape, count, seconds, options);
    report.put(what + "-" + value, row);
    System.out.printf(
        Locale.ROOT,
        "%-7s %5s: %7.1f ms for %,.0f tokens, %,7.0f tokens a second, %,10.0f entries trained%n",
        what,
        value,
        row.get("median_ms"),
        row.get("tokens"),
        row.get("tokens") / row.get("median_ms") * 1000,
        row.get("trained"));
  }
}
