package io.sparsetune.train;

import io.sparsetune.mask.Mask;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.RoundReport;
import java.util.List;
import java.util.Optional;

/**
 * A trained model, as what is different from its base.
 *
 * @param selection what was trained
 * @param values [trained.size()], of the best step where the best is kept, else of the last
 * @param steps steps done, which early stopping may have made fewer than planned
 * @param keptStep steps done when {@code values} were reached
 * @param evaluations in order
 * @param rounds dense rounds, in order
 * @param lastSequence of the executor's calls; later ones need a higher one
 * @param bytesMoved traffic with the driver, where there is any
 */
public record TrainingResult(
    MaskReport selection,
    float[] values,
    int steps,
    int keptStep,
    List<EvaluationReport> evaluations,
    List<RoundReport> rounds,
    long lastSequence,
    Optional<BytesMoved> bytesMoved) {

  public TrainingResult {
    evaluations = List.copyOf(evaluations);
    rounds = List.copyOf(rounds);
  }

  /** The same with other traffic. */
  public TrainingResult with(Optional<BytesMoved> moved) {
    return new TrainingResult(
        selection, values, steps, keptStep, evaluations, rounds, lastSequence, moved);
  }

  /** Mask and head. */
  public Mask trained() {
    return selection.trained();
  }

  /** The evaluation of the values that were kept, where there was one. */
  public Optional<EvaluationReport> kept() {
    return evaluations.stream().filter(e -> e.step() == keptStep).findFirst();
  }
}
