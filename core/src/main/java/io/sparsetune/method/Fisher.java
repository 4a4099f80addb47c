package io.sparsetune.method;

import io.sparsetune.text.EpochPlan;
import java.util.Optional;

/**
 * Diagonal of the empirical Fisher information: the score is Σ g², over examples (the FISH mask,
 * Sung et al. 2021) or over micro-batches' mean gradients (Child-Tuning_D, Xu et al. 2021).
 */
final class Fisher implements MaskMethod {
  private static final int DEFAULT_SAMPLES = 1024;

  @Override
  public String name() {
    return "fisher";
  }

  @Override
  public Evidence evidence() {
    return Evidence.SCORE_SUMS;
  }

  @Override
  public Optional<ScoreRound> scoreRound(MethodConfig config, EpochPlan plan) {
    if (config.granularity() == MethodConfig.Granularity.BATCH) {
      return Optional.of(ScoreRound.ofSteps(ScoreRound.Kind.BATCH_SQUARES, config, plan));
    }
    long samples = Math.min(config.samples().orElse(DEFAULT_SAMPLES), plan.examples());
    int steps = 1;
    while (plan.examplesBefore(steps) < samples) {
      steps++;
    }
    return Optional.of(
        new ScoreRound(ScoreRound.Kind.EXAMPLE_SQUARES, steps, samples, config.scoringDropout()));
  }
}
