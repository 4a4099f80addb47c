package io.sparsetune.run;

import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.RoundBytes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The bytes that a training moved between the driver and the executors.
 *
 * @param densePerStep bytes that a step of dense training moves each way
 */
public record Traffic(BytesMoved moved, long densePerStep) {
  private static final String ROUNDS = "rounds";

  /** Bytes from the driver in a sparse step. */
  public long downPerStep() {
    return perStep(moved.down());
  }

  /** Bytes to the driver in a sparse step. */
  public long upPerStep() {
    return perStep(moved.up());
  }

  private long perStep(long bytes) {
    return moved.steps() == 0 ? 0 : bytes / moved.steps();
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("down", moved.down());
    json.put("up", moved.up());
    json.put("steps", moved.steps());
    json.put("down_per_step", downPerStep());
    json.put("up_per_step", upPerStep());
    json.put("dense_per_step_each_way", densePerStep);
    if (moved.rounds().rounds() > 0) {
      json.put(ROUNDS, json(moved.rounds()));
    }
    json.put(
        "expected",
        "down: 4 bytes a trained value and executor; up: about 8 bytes a trained value and task at"
            + " most; dense: 4 bytes a parameter of the model");
    return json;
  }

  private static Map<String, Object> json(RoundBytes rounds) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(ROUNDS, rounds.rounds());
    json.put("down", rounds.down());
    json.put("up", rounds.up());
    json.put("shuffled", rounds.shuffled());
    json.put(
        "expected_shuffled",
        "4 bytes a dense parameter, round and worker for θ (diff: for w and each α), and for each"
            + " of the optimizer's moments where they outlive the round, and once a round for θ⁰;"
            + " less by compression");
    return json;
  }

  static Traffic read(JsonFields json) {
    RoundBytes rounds = json.optional(ROUNDS).map(Traffic::rounds).orElse(RoundBytes.NONE);
    return new Traffic(
        new BytesMoved(json.whole("down"), json.whole("up"), json.whole("steps"), rounds),
        json.whole("dense_per_step_each_way"));
  }

  private static RoundBytes rounds(JsonFields json) {
    return new RoundBytes(
        json.whole("down"), json.whole("up"), json.whole("shuffled"), json.count(ROUNDS));
  }
}
