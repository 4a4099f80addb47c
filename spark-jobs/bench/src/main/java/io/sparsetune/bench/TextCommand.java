package io.sparsetune.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.files.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/bench text}: the steps of a training on the quick start's sentences. */
@Command(
    name = "text",
    mixinStandardHelpOptions = true,
    description = {
      "Times the steps of a training on the quick start's sentences.",
      "MiniLM on Spark with local[2], random masks of p = .005; tokens a second after the first 50",
      "steps. With --against-torch the same work in PyTorch runs in turn: batches of like length,",
      "padded to their longest. Needs what bin/sparsetune quickstart --prepare makes."
    })
final class TextCommand implements Callable<Integer> {
  private static final int WARM_UP_STEPS = 50;
  private static final String THREADS = "2";

  @Spec private CommandSpec spec;

  @Option(
      names = "--prepared",
      defaultValue = "runs/quickstart",
      paramLabel = "FOLDER",
      description = "the quick start's folder (${DEFAULT-VALUE})")
  private Path prepared;

  @Option(
      names = "--against-torch",
      paramLabel = "PYTHON",
      description = "an interpreter with torch and transformers")
  private String python;

  @Option(names = "--repetitions", defaultValue = "3", description = "pairs (${DEFAULT-VALUE})")
  private int repetitions;

  @Option(names = "--json", paramLabel = "FILE", description = "write the figures there too")
  private Path json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    Checks.between(spec, "--repetitions", List.of(repetitions), 1, 1000);
    Checks.prepared(spec, prepared);
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int i = 0; i < repetitions; i++) {
      ours.add(train());
      if (python != null) {
        theirs.add(trainInTorch());
      }
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("sparsetune_tokens_per_second", ours);
    System.out.printf(
        Locale.ROOT, "sparsetune %8.0f tokens a second on local[2]%n", Timing.median(ours));
    if (python != null) {
      double[] ratios = new double[ours.size()];
      for (int i = 0; i < ratios.length; i++) {
        ratios[i] = ours.get(i) / theirs.get(i);
      }
      report.put("torch_tokens_per_second", theirs);
      report.put("times_faster", ratios);
      System.out.printf(
          Locale.ROOT,
          "torch      %8.0f; sparsetune is %.2f times as fast%n",
          Timing.median(theirs),
          Timing.median(ratios));
    }
    Measurement.write(report, json);
    return 0;
  }

  private double train() throws IOException, InterruptedException {
    try (TemporaryFolder output = new TemporaryFolder()) {
      List<String> command =
          Measurement.java(
              List.of("-Dspark.master=local[" + THREADS + "]"),
              "io.sparsetune.cli.Main",
              "train",
              prepared.resolve("config.yaml").toString(),
              "--set",
              "output=" + output.path().resolve("run").toUri(),
              "--set",
              "model.dropout=0.1",
              "--set",
              "method.name=random",
              "--set",
              "method.sparsity=0.005",
              "--set",
              "training.num_train_epochs=1",
              "--set",
              "training.micro_batch_size=16", // one for each core
              "--set",
              "data.max_train_samples=9600",
              "--set",
              "data.validation=0",
              "--set",
              "data.test=null",
              "--set",
              "training.max_steps=null",
              "--set",
              "method.score_steps=null");
      Measurement.output(command);
      return tokensPerSecond(output.path().resolve("run").resolve(RunFiles.METRICS));
    }
  }

  private static double tokensPerSecond(Path metrics) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    double tokens = 0;
    double seconds = 0;
    for (String line : Files.readAllLines(metrics)) {
      JsonNode row = mapper.readTree(line);
      if (row.has("tokens_per_second") && row.get("step").asInt() > WARM_UP_STEPS) {
        double time = row.get("milliseconds_per_step").asDouble();
        tokens += row.get("tokens_per_second").asDouble() * time;
        seconds += time;
      }
    }
    if (seconds == 0) {
      throw new IllegalStateException(
          "The training had no more than %d steps: prepare the quick start without --short"
              .formatted(WARM_UP_STEPS));
    }
    return tokens / seconds;
  }

  private double trainInTorch() throws IOException, InterruptedException {
    return Measurement.figures(
            Measurement.output(
                List.of(
                    python,
                    System.getProperty("sparsetune.bench.text"),
                    THREADS,
                    prepared.resolve("model").toString(),
                    prepared.resolve("data").resolve("train.jsonl").toString(),
                    "60")))
        .get("tokens_per_second");
  }
}
