package io.sparsetune.bench;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.job.SparkSessions;
import io.sparsetune.kernels.Kernels;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.step.ShippedModel;
import io.sparsetune.step.SparkData;
import io.sparsetune.step.SparkStepExecutor;
import io.sparsetune.text.EpochPlan;
import io.sparsetune.train.MaskRequest;
import io.sparsetune.train.ScoreProgress;
import io.sparsetune.train.StepExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bin/bench top-k}: the largest absolute weights of BERT-base's encoder, chosen on Spark as
 * {@code magnitude} chooses them, beside one pass over as many numbers.
 */
@Command(
    name = "top-k",
    mixinStandardHelpOptions = true,
    description = {
      "Times the distributed top-k over 85 million weights.",
      "They are BERT-base's encoder's (random ones), chosen as the method magnitude does it on",
      "local[2], beside one thread's pass over the same memory."
    })
final class TopKCommand implements Callable<Integer> {
  private static final String CONFIG =
      "{model: {path: none}, data: {train: none}, output: none, training: {learning_rate: 1e-4},"
          + " method: {name: magnitude, sparsity: 0.005, scope: %s}}";

  @Option(
      names = "--scope",
      defaultValue = "tensor",
      description = "tensor or global: whether the budget is each tensor's (${DEFAULT-VALUE})")
  private String scope;

  @Option(names = "--seconds", defaultValue = "20", description = "measured (${DEFAULT-VALUE})")
  private double seconds;

  private long sequence;
  private float read;

  @Override
  public Integer call() throws IOException {
    RunConfig config = RunConfigParser.parse(CONFIG.formatted(scope), "bench", List.of());
    ModelSpec spec = StepShape.BASE.model();
    float[] theta = StepBench.weights(spec.layout());
    Kernels kernels = Kernels.create();
    Timing pass = Timing.of(() -> read += kernels.sum(theta, 0, theta.length), 3, 3);
    System.setProperty("spark.master", "local[2]");
    Path folder = Files.createTempDirectory("sparsetune-bench");
    SparkSession session = SparkSessions.open("bench");
    try (JavaSparkContext context = new JavaSparkContext(session.sparkContext())) {
      ModelFolder.write(spec, theta, folder);
      EpochPlan plan = TinyModel.plan(1);
      SparkData data =
          new SparkData(
              context.parallelize(TinyModel.shards(1), 1), plan, Map.of(), 8, Long.MAX_VALUE);
      ShippedModel model = ShippedModel.ship(session, folder.toString());
      try (StepExecutor executor = new SparkStepExecutor(session, model, spec, data)) {
        Timing choice = Timing.of(() -> select(executor, config), 10, seconds);
        System.out.printf(
            Locale.ROOT,
            "top %,d of each %s's: %.0f ms on local[2]; one pass over %,d numbers %.0f ms: %.1f"
                + " times (sum %.3f)%n",
            select(executor, config).size(),
            scope,
            choice.median(),
            theta.length,
            pass.median(),
            choice.median() / pass.median(),
            read);
      }
    } finally {
      ModelFolder.delete(folder);
    }
    return 0;
  }

  private Mask select(StepExecutor executor, RunConfig config) {
    return executor.selectMask(new MaskRequest(++sequence, config.method(), ScoreProgress.NONE));
  }
}
