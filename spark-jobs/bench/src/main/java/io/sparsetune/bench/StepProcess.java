package io.sparsetune.bench;

import io.sparsetune.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One process that times one shape, so that its memory is its own: the peer's way too. */
@Command(name = "step-process", hidden = true, mixinStandardHelpOptions = true)
final class StepProcess implements Callable<Integer> {
  @Parameters(index = "0")
  private String shape;

  @Parameters(index = "1")
  private int threads;

  @Option(names = "--work", defaultValue = "mask")
  private Work work;

  @Option(names = "--precision", defaultValue = "fp32")
  private Precision precision;

  @Option(names = "--sparsity", defaultValue = "0.005")
  private double sparsity;

  @Option(names = "--layers", required = true)
  private int layers;

  @Option(names = "--length", required = true, description = "tokens of an example")
  private int length;

  @Option(names = "--warm-up", defaultValue = "15")
  private double warmUp;

  @Option(names = "--seconds", defaultValue = "10")
  private double seconds;

  /** The figures of such a process, with the shape's heap, and more of it for more threads. */
  static Map<String, Double> measure(
      StepShape shape, int threads, double seconds, String... options)
      throws IOException, InterruptedException {
    int busy = Math.min(threads, shape.microBatches());
    List<String> command =
        Measurement.java(
            List.of("-Xmx%dm".formatted(shape.heap() * Math.max(2, busy) / 2)),
            BenchMain.class.getName(),
            "step-process",
            shape.name(),
            "" + threads,
            "--layers",
            "" + shape.layers(),
            "--length",
            "" + shape.length(),
            "--seconds",
            "" + seconds);
    command.addAll(List.of(options));
    return Measurement.figures(Measurement.output(command));
  }

  @Override
  public Integer call() throws IOException {
    StepShape named = shape.equals("base") ? StepShape.BASE : StepShape.MINILM;
    StepShape wanted = named.withLayers(layers).withLength(length);
    try (StepBench bench = new StepBench(wanted, work, precision, sparsity, threads)) {
      Timing timing = Timing.of(bench::run, warmUp, seconds);
      double flops = wanted.usefulFlops(work, bench.maskSize());
      System.out.printf(
          Locale.ROOT,
          "median_ms=%.2f min_ms=%.2f n=%d gflops=%.1f rss_mb=%d k=%d trained=%d tokens=%d%n",
          timing.median(),
          timing.min(),
          timing.count(),
          flops / timing.median() / 1e6,
          peakResidentMegabytes(),
          bench.maskSize(),
          bench.trainedSize(),
          wanted.tokens());
    }
    return 0;
  }

  /** The kernel's high-water mark of this process's resident memory; 0 where it is not told. */
  private static long peakResidentMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElse(0);
  }
}
