package io.sparsetune.bench;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.kernels.Kernels;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.train.MaskChoice;
import io.sparsetune.train.StepExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bin/bench top-k}: the largest absolute weights of BERT-base's encoder, chosen on Spark as
 * {@code magnitude} chooses them, or their largest gradients by a score round, beside one pass over
 * as many numbers.
 */
@Command(
    name = "top-k",
    mixinStandardHelpOptions = true,
    description = {
      "Times the distributed top-k over 85 million weights.",
      "They are BERT-base's encoder's (random ones), chosen as the method magnitude does it on",
      "local[2], beside one pass over the same numbers by one thread. Or their gradients are summed",
      "and chosen from as the method sam does it."
    })
final class TopKCommand implements Callable<Integer> {
  private static final String CONFIG =
      "{model: {path: none}, data: {train: none}, output: none, training: {learning_rate: 1e-4},"
          + " method: {name: %s, sparsity: 0.005, scope: %s%s}}";

  /** Whether each tensor has a budget of its own. */
  enum Scope {
    TENSOR,
    GLOBAL
  }

  /** What is scored. */
  enum Scores {
    /** |θ⁰|, which executors have. */
    WEIGHTS("top-k", "magnitude", "", 1),
    /** A score round's |Σ g|, over one example of a few tokens in each of two shards. */
    GRADIENTS("score round and top-k", "sam", ", score_steps: 1", 2);

    private final String title;
    private final String method;
    private final String keys;
    private final int shards;

    Scores(String title, String method, String keys, int shards) {
      this.title = title;
      this.method = method;
      this.keys = keys;
      this.shards = shards;
    }
  }

  @Option(
      names = "--scope",
      defaultValue = "tensor",
      description = "tensor or global: a budget for each tensor or for all (${DEFAULT-VALUE})")
  private Scope scope;

  @Option(
      names = "--scores",
      defaultValue = "weights",
      description =
          "weights, or gradients: a whole score round over two short examples comes before the"
              + " choice, and is timed with it (${DEFAULT-VALUE})")
  private Scores scores;

  @Option(names = "--json", paramLabel = "FILE", description = "write the figures there too")
  private Path json;

  @Option(names = "--seconds", defaultValue = "20", description = "measured (${DEFAULT-VALUE})")
  private double seconds;

  private long sequence;
  private float read;

  @Override
  public Integer call() throws IOException {
    RunConfig config =
        RunConfigParser.parse(
            CONFIG.formatted(scores.method, scope.name().toLowerCase(Locale.ROOT), scores.keys),
            "bench",
            List.of());
    ModelSpec spec = StepShape.BASE.model();
    MaskProblem problem = new MaskProblem(spec.layout(), config.method(), 1);
    float[] theta = StepBench.weights(spec.layout());
    Timing pass = pass(spec.layout(), theta);
    Timing choice =
        OnSpark.time(
            spec,
            theta,
            scores.shards,
            1,
            2,
            executor -> Timing.of(() -> select(executor, problem), 10, seconds));
    double times = choice.median() / pass.median();
    System.out.printf(
        Locale.ROOT,
        "%s of %,d weights: %.0f ms on local[2]; one pass over them %.0f ms on one thread: %.1f"
            + " times%n",
        scores.title,
        encoder(spec.layout()).map(t -> spec.layout().tensor(t).size()).sum(),
        choice.median(),
        pass.median(),
        times);
    Measurement.write(
        Map.of(
            "measured",
            scores.title,
            "ms",
            choice.median(),
            "pass_ms",
            pass.median(),
            "times",
            times),
        json);
    return 0;
  }

  private static IntStream encoder(ParameterLayout layout) {
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() == Part.ENCODER);
  }

  private Timing pass(ParameterLayout layout, float[] theta) {
    Kernels kernels = Kernels.create();
    return Timing.of(
        () ->
            encoder(layout)
                .forEach(
                    t -> read += kernels.sum(theta, layout.offset(t), layout.tensor(t).size())),
        3,
        3);
  }

  private Mask select(StepExecutor executor, MaskProblem problem) {
    return MaskChoice.atBase(problem, executor, ++sequence, ScoreProgress.NONE);
  }
}
