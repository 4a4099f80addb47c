package io.sparsetune.bench;

import io.sparsetune.kernels.Bf16Products;
import io.sparsetune.model.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bin/bench step}: the masked step, alternating with PyTorch's where an interpreter is
 * given.
 */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description = {
      "Times a training step or a forward pass without Spark.",
      "Dropout is on, the head is trained. Each measurement is a process of its own; with",
      "--against-torch the two alternate and the ratio is taken pair by pair."
    })
final class StepCommand implements Callable<Integer> {
  private record Case(Work work, Precision precision, StepShape shape, int threads) {
    String name() {
      return "%s-%s-%d".formatted(mode(), shape.name(), threads);
    }

    /** As {@code bench_torch.py} calls it. */
    String mode() {
      return precision == Precision.FP32 ? work.mode() : work.mode() + "_bf16";
    }
  }

  private static final Pattern TORCH =
      Pattern.compile("median ([0-9.]+) ms.*rss_max ([0-9]+) MB", Pattern.DOTALL);

  @Spec private CommandSpec spec;

  @Option(
      names = "--against-torch",
      paramLabel = "PYTHON",
      description = "an interpreter with torch, transformers and peft")
  private String python;

  @Option(
      names = "--repetitions",
      defaultValue = "3",
      description = "pairs a shape (${DEFAULT-VALUE})")
  private int repetitions;

  @Option(
      names = "--seconds",
      defaultValue = "15",
      description = "measured seconds a process (${DEFAULT-VALUE})")
  private double seconds;

  @Option(names = "--json", paramLabel = "FILE", description = "write the figures there too")
  private Path json;

  @Option(
      names = "--work",
      split = ",",
      defaultValue = "mask",
      paramLabel = "WORK",
      description = {
        "${DEFAULT-VALUE} (p = .005 of each encoder tensor), bitfit, lora (rank 8, query and"
            + " value),",
        "fwd (the forward pass); several with commas"
      })
  private List<Work> works;

  @Option(
      names = "--precision",
      split = ",",
      defaultValue = "fp32",
      paramLabel = "PRECISION",
      description = "fp32, bf16 where the CPU has instructions for it, or both (${DEFAULT-VALUE})")
  private List<Precision> precisions;

  @Option(names = "--shape", description = "minilm (32 x 64) or base (16 x 128) only")
  private String only;

  @Option(
      names = "--threads",
      split = ",",
      defaultValue = "1,2",
      description = "threads to time (${DEFAULT-VALUE})")
  private List<Integer> threads;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Checks.between(spec, "--repetitions", List.of(repetitions), 1, 1000);
    Checks.between(spec, "--threads", threads, 1, 1024);
    String missing = precisions.contains(Precision.BF16) ? Bf16Products.missing() : "";
    if (!missing.isEmpty()) {
      System.out.println("bf16 is left out: " + missing);
    }
    Map<String, Object> report = new LinkedHashMap<>();
    for (Case c : cases()) {
      report.put(c.name(), measure(c));
    }
    Measurement.write(report, json);
    return 0;
  }

  private List<Case> cases() {
    if (only != null && !only.equals("minilm") && !only.equals("base")) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "Invalid --shape: '" + only + "' (minilm or base)");
    }
    List<Case> cases = new ArrayList<>();
    for (Work work : works) {
      for (StepShape shape : List.of(StepShape.MINILM, StepShape.BASE)) {
        for (int count : threads) {
          for (Precision precision : precisions) {
            boolean possible = precision == Precision.FP32 || Bf16Products.missing().isEmpty();
            if (possible && (only == null || only.equals(shape.name()))) {
              cases.add(new Case(work, precision, shape, count));
            }
          }
        }
      }
    }
    return cases;
  }

  private Map<String, Object> measure(Case c) throws IOException, InterruptedException {
    List<Map<String, Double>> ours = new ArrayList<>();
    List<Map<String, Double>> theirs = new ArrayList<>();
    double[] sgemm = new double[repetitions];
    for (int i = 0; i < repetitions; i++) {
      ours.add(ourStep(c));
      if (python != null) {
        theirs.add(torchStep(c));
        sgemm[i] = torchSgemm(c);
      }
    }
    String what =
        "%s, %s %d x %d, %d thread%s"
            .formatted(
                c.mode(),
                c.shape().name(),
                c.shape().batch(),
                c.shape().length(),
                c.threads(),
                c.threads() == 1 ? "" : "s");
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("sparsetune", ours);
    System.out.printf(
        Locale.ROOT,
        "%-34s sparsetune %8.1f ms a step, %6.1f GFLOPS, %5.0f MB%n",
        what,
        median(ours, "median_ms"),
        median(ours, "gflops"),
        median(ours, "rss_mb"));
    if (python != null) {
      double[] ratios = new double[ours.size()];
      double[] shares = new double[ours.size()];
      for (int i = 0; i < ratios.length; i++) {
        shares[i] = ours.get(i).get("gflops") / sgemm[i];
        ratios[i] = theirs.get(i).get("median_ms") / ours.get(i).get("median_ms");
      }
      row.put("torch", theirs);
      row.put("times_faster", ratios);
      row.put("torch_sgemm_gflops", sgemm);
      System.out.printf(
          Locale.ROOT,
          "%-34s torch      %8.1f ms a step, %19.0f MB; sparsetune is %.2f times as fast (pairs:"
              + " %s)%n",
          "",
          median(theirs, "median_ms"),
          median(theirs, "rss_mb"),
          Timing.median(ratios),
          rounded(ratios));
      System.out.printf(
          Locale.ROOT,
          "%-34s torch's sgemm of these shapes %.1f GFLOPS; sparsetune's step does %.0f%% of it%n",
          "",
          Timing.median(sgemm),
          100 * Timing.median(shares));
    }
    return row;
  }

  private static String rounded(double[] ratios) {
    List<String> texts = new ArrayList<>();
    for (double ratio : ratios) {
      texts.add("%.2f".formatted(ratio));
    }
    return String.join(", ", texts);
  }

  private static double median(List<Map<String, Double>> rows, String figure) {
    return Timing.median(rows.stream().map(row -> row.get(figure)).toList());
  }

  private Map<String, Double> ourStep(Case c) throws IOException, InterruptedException {
    return StepProcess.measure(
        c.shape(),
        c.threads(),
        seconds,
        "--work",
        c.work().mode(),
        "--precision",
        c.precision().name());
  }

  private double torchSgemm(Case c) throws IOException, InterruptedException {
    StepShape shape = c.shape();
    return Measurement.figures(
            Measurement.output(
                List.of(
                    python,
                    System.getProperty("sparsetune.bench.sgemm"),
                    "" + c.threads(),
                    "" + shape.hidden(),
                    "" + shape.intermediate(),
                    "" + shape.tokens(),
                    "3")))
        .get("gflops");
  }

  private Map<String, Double> torchStep(Case c) throws IOException, InterruptedException {
    String script = System.getProperty("sparsetune.bench.torch");
    String line =
        Measurement.output(
            List.of(
                python,
                script,
                "" + c.threads(),
                c.shape().name(),
                "" + c.shape().batch(),
                "" + c.shape().length(),
                c.mode(),
                "" + seconds));
    Matcher matcher = TORCH.matcher(line);
    if (!matcher.find()) {
      throw new IllegalStateException("Cannot read the peer's figures: " + line);
    }
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("median_ms", Double.parseDouble(matcher.group(1)));
    row.put("rss_mb", Double.parseDouble(matcher.group(2)));
    return row;
  }
}
