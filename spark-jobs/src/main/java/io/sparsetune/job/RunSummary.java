package io.sparsetune.job;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.Megabytes;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.RoundBytes;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.train.TrainingResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** {@code result.json}: what a finished run has to say. */
public final class RunSummary {
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

  String json() {
    RunConfig config = run.config();
    MaskReport selection = result.selection();
    int k = selection.mask().size();
    int head = selection.head();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("method", config.method().name());
    json.put("metric", config.task().metric().key());
    json.putAll(scores);
    json.put("steps", result.steps());
    json.put("best_step", result.keptStep());
    if (!result.rounds().isEmpty()) {
      json.put("rounds", result.rounds().stream().map(RunSummary::round).toList());
    }
    json.put("n", selection.parameters());
    json.put("k", k);
    json.put("head", head);
    json.put("sparsity", (double) k / selection.parameters());
    json.put("sparsity_with_head", (double) (k + head) / (selection.parameters() + head));
    json.put("warnings", selection.warnings());
    json.put("delta_sha256", deltaSha256);
    json.put("delta_bytes", deltaBytes);
    result.bytesMoved().ifPresent(moved -> json.put("bytes", bytes(moved)));
    json.put("seconds", Math.round(seconds));
    return Json.pretty(json);
  }

  private static Map<String, Object> round(RoundReport round) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", round.step());
    json.put("loss", round.loss());
    json.put("kept", round.kept());
    json.put("changed", round.changed());
    return json;
  }

  TrainResult result() {
    MaskReport selection = result.selection();
    return new TrainResult(
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
        trafficLine(result.bytesMoved()));
  }

  private Map<String, Object> bytes(BytesMoved moved) {
    Map<String, Object> bytes = new LinkedHashMap<>();
    bytes.put("down", moved.down());
    bytes.put("up", moved.up());
    bytes.put("steps", moved.steps());
    bytes.put("down_per_step", perStep(moved.down(), moved.steps()));
    bytes.put("up_per_step", perStep(moved.up(), moved.steps()));
    bytes.put("dense_per_step_each_way", dense());
    if (moved.rounds().rounds() > 0) {
      bytes.put("rounds", bytes(moved.rounds()));
    }
    bytes.put(
        "expected",
        "down: 4 bytes a trained value and executor; up: about 8 bytes a trained value and task at"
            + " most; dense: 4 bytes a parameter of the model");
    return bytes;
  }

  private static Map<String, Object> bytes(RoundBytes moved) {
    Map<String, Object> bytes = new LinkedHashMap<>();
    bytes.put("rounds", moved.rounds());
    bytes.put("down", moved.down());
    bytes.put("up", moved.up());
    bytes.put("shuffled", moved.shuffled());
    bytes.put(
        "expected_shuffled",
        "4 bytes a dense parameter, round and worker for θ (diff: for w and each α), and for each"
            + " of the optimizer's moments where they outlive the round, and once a round for θ⁰;"
            + " less by compression");
    return bytes;
  }

  private String trafficLine(Optional<BytesMoved> moved) {
    return moved
        .filter(bytes -> bytes.steps() > 0)
        .map(
            bytes ->
                "%s down and %s up a step (%,d trained values: 4 bytes each to an executor, 8 at most from a task); dense: %s each way"
                    .formatted(
                        Megabytes.of(perStep(bytes.down(), bytes.steps())),
                        Megabytes.of(perStep(bytes.up(), bytes.steps())),
                        result.values().length,
                        Megabytes.of(dense())))
        .orElse("");
  }

  /** 4·n of the whole model: what a step of dense training moves. */
  private long dense() {
    return 4L * run.spec().layout().size();
  }

  private static long perStep(long bytes, long steps) {
    return steps == 0 ? 0 : bytes / steps;
  }
}
