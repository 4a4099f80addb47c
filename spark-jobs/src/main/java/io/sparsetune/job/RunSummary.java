package io.sparsetune.job;

import io.sparsetune.error.Megabytes;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.run.RunResult;
import io.sparsetune.run.Traffic;
import io.sparsetune.train.TrainingResult;
import java.util.Map;
import java.util.Optional;

/** The outcome of a training, for {@code result.json} and for the caller. */
final class RunSummary {
  private final Preparation run;
  private final TrainingResult result;
  private final Map<String, Map<String, Double>> scores;
  private final String deltaSha256;
  private final long deltaBytes;
  private final double seconds;

  RunSummary(
      Preparation run,
      TrainingResult result,
      Map<String, Map<String, Double>> scores,
      String deltaSha256,
      long deltaBytes,
      double seconds) {
    this.run = run;
    this.result = result;
    this.scores = scores;
    this.deltaSha256 = deltaSha256;
    this.deltaBytes = deltaBytes;
    this.seconds = seconds;
  }

  /** {@code result.json}. */
  RunResult file() {
    MaskReport selection = result.selection();
    return new RunResult(
        run.config().method().name(),
        run.config().task().metric().key(),
        scores,
        selection.parameters(),
        selection.mask().size(),
        selection.head(),
        Optional.of(
            new RunResult.Training(
                result.steps(),
                result.keptStep(),
                result.rounds().stream().map(RunSummary::round).toList(),
                selection.warnings(),
                traffic(),
                Math.round(seconds))),
        Optional.empty(),
        Optional.of(deltaSha256),
        deltaBytes);
  }

  private static RunResult.Round round(RoundReport round) {
    return new RunResult.Round(round.step(), round.loss(), round.kept(), round.changed());
  }

  /** With 4·n of the whole model, which a step of dense training moves each way. */
  private Optional<Traffic> traffic() {
    return result.bytesMoved().map(moved -> new Traffic(moved, 4L * run.spec().layout().size()));
  }

  TrainJob.Result result() {
    MaskReport selection = result.selection();
    return new TrainJob.Result(
        run.config().output(),
        selection.parameters(),
        selection.mask().size(),
        selection.head(),
        result.steps(),
        result.keptStep(),
        run.config().task().metric().key(),
        scores.getOrDefault(Preparation.VALIDATION, Map.of()),
        scores.getOrDefault(Preparation.TEST, Map.of()),
        deltaSha256,
        trafficLine());
  }

  private String trafficLine() {
    return traffic()
        .filter(bytes -> bytes.moved().steps() > 0)
        .map(
            bytes ->
                "%s down and %s up a step (%,d trained values: 4 bytes each to an executor, 8 at most from a task); dense: %s each way"
                    .formatted(
                        Megabytes.of(bytes.downPerStep()),
                        Megabytes.of(bytes.upPerStep()),
                        result.values().length,
                        Megabytes.of(bytes.densePerStep())))
        .orElse("");
  }
}
