package io.sparsetune.method.fisher;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.files.KeyName;
import io.sparsetune.keys.Key;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.ScoreRound;
import java.util.List;
import java.util.Map;

/**
 * Diagonal of the empirical Fisher information: the score is Σ g², over examples (the FISH mask,
 * Sung et al. 2021) or over micro-batches' mean gradients (Child-Tuning_D, Xu et al. 2021).
 */
public final class Fisher implements MaskMethod {
  private static final int DEFAULT_SAMPLES = 1024;

  public static final Key<Granularity> GRANULARITY =
      Key.choice("method.granularity", Granularity.values())
          .withDefault(Granularity.EXAMPLE)
          .note("fisher: squares of an example's gradient, or of a micro-batch's mean");
  public static final Key<Integer> SAMPLES =
      Key.count("method.samples", 1)
          .absentMeans("" + DEFAULT_SAMPLES)
          .note("fisher by example: how many examples");

  /** Of what the squares are. */
  public enum Granularity {
    EXAMPLE,
    BATCH
  }

  @Override
  public String name() {
    return "fisher";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(ScoreRound.STEPS, ScoreRound.DROPOUT, GRANULARITY, SAMPLES);
  }

  @Override
  public Map<Key<?>, String> problems(MethodOptions options) {
    Key<?> other = byExample(options) ? ScoreRound.STEPS : SAMPLES;
    return options.find(other).isPresent()
        ? Map.of(
            other,
            "it has no meaning for method.granularity %s; remove it"
                .formatted(KeyName.of(options.get(GRANULARITY))))
        : Map.of();
  }

  @Override
  public Scope defaultScope(MethodOptions options) {
    return byExample(options) ? Scope.GLOBAL : Scope.TENSOR;
  }

  private static boolean byExample(MethodOptions options) {
    return options.get(GRANULARITY) == Granularity.EXAMPLE;
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    MethodOptions options = problem.config().options();
    return new Evidence.GradientSums(
        problem.goal(),
        plan ->
            byExample(options)
                ? ofExamples(options, plan)
                : ScoreRound.ofSteps(ScoreRound.Kind.BATCH_SQUARES, options, plan));
  }

  private static ScoreRound ofExamples(MethodOptions options, EpochPlan plan) {
    long samples = Math.min(options.find(SAMPLES).orElse(DEFAULT_SAMPLES), plan.examples());
    int steps = 1;
    while (plan.examplesBefore(steps) < samples) {
      steps++;
    }
    return new ScoreRound(
        ScoreRound.Kind.EXAMPLE_SQUARES,
        steps,
        samples,
        options.get(ScoreRound.DROPOUT),
        Double.POSITIVE_INFINITY);
  }
}
