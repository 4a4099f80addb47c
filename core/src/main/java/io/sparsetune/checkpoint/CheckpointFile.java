package io.sparsetune.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.RoundBytes;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepTally;
import io.sparsetune.state.StateFile;
import io.sparsetune.state.StateReader;
import io.sparsetune.state.StateWriter;
import io.sparsetune.task.Metric;
import io.sparsetune.train.TrainingState;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A {@link Checkpoint} as a {@link StateFile} of kind {@code training}. Arrays: {@code
 * mask.counts}, [tensors], −1 for a whole tensor; {@code mask.positions}, [k without whole
 * tensors]; {@code values}, [trained]; {@code optimizer.steps}, [1]; {@code moment.0} and so on,
 * [trained]; {@code kept}, [trained], left out where it is {@code values}; {@code evaluations} and
 * {@code rounds} by column; {@code tally}; {@code bytes}, empty where there is no traffic.
 */
final class CheckpointFile {
  private static final String KIND = "training";
  private static final int WHOLE = -1;
  private static final int BYTES = 7;
  private static final int MOST_MOMENTS = 8;

  private CheckpointFile() {}

  static void write(Checkpoint checkpoint, OutputStream out) throws IOException {
    StateFile.write(out, KIND, about(checkpoint), writer -> write(checkpoint, writer));
  }

  private static ObjectNode about(Checkpoint checkpoint) {
    TrainingState state = checkpoint.state();
    ObjectNode about = JsonNodeFactory.instance.objectNode();
    about.put("run_id", checkpoint.runId());
    about.put("step", state.step());
    about.put("kept_step", state.keptStep());
    about.put("moments", state.current().optimizer().moments().length);
    about.put("keeps_current", state.kept() == state.current().values());
    if (!state.evaluations().isEmpty()) {
      about.put("metric", state.evaluations().get(0).metric().key());
    }
    return about;
  }

  private static void write(Checkpoint checkpoint, StateWriter to) throws IOException {
    TrainingState state = checkpoint.state();
    writeMask(state.mask(), to);
    to.floats("values", state.current().values());
    OptimizerState optimizer = state.current().optimizer();
    to.longs("optimizer.steps", new long[] {optimizer.steps()});
    for (int m = 0; m < optimizer.moments().length; m++) {
      to.floats("moment." + m, optimizer.moments()[m]);
    }
    if (state.kept() != state.current().values()) {
      to.floats("kept", state.kept());
    }
    List<EvaluationReport> evaluations = state.evaluations();
    to.ints("evaluations.step", evaluations.stream().mapToInt(EvaluationReport::step).toArray());
    to.doubles(
        "evaluations.epoch", evaluations.stream().mapToDouble(EvaluationReport::epoch).toArray());
    to.doubles(
        "evaluations.value", evaluations.stream().mapToDouble(EvaluationReport::value).toArray());
    to.ints("evaluations.best", evaluations.stream().mapToInt(e -> e.best() ? 1 : 0).toArray());
    List<RoundReport> rounds = state.rounds();
    to.ints("rounds.rounds", rounds.stream().mapToInt(RoundReport::rounds).toArray());
    to.ints("rounds.step", rounds.stream().mapToInt(RoundReport::step).toArray());
    to.doubles("rounds.loss", rounds.stream().mapToDouble(RoundReport::loss).toArray());
    to.ints("rounds.kept", rounds.stream().mapToInt(RoundReport::kept).toArray());
    to.ints("rounds.changed", rounds.stream().mapToInt(RoundReport::changed).toArray());
    StepTally tally = checkpoint.tally();
    to.longs("tally.counts", new long[] {tally.steps(), tally.examples(), tally.tokens()});
    to.doubles("tally.loss", new double[] {tally.loss(), checkpoint.seconds()});
    to.longs("bytes", checkpoint.moved().map(CheckpointFile::bytes).orElse(new long[0]));
  }

  private static long[] bytes(BytesMoved moved) {
    RoundBytes rounds = moved.rounds();
    return new long[] {
      moved.down(),
      moved.up(),
      moved.steps(),
      rounds.down(),
      rounds.up(),
      rounds.shuffled(),
      rounds.rounds()
    };
  }

  private static void writeMask(Mask mask, StateWriter to) throws IOException {
    int[] counts = new int[mask.tensorCount()];
    int listed = 0;
    for (int t = 0; t < counts.length; t++) {
      counts[t] = mask.isWhole(t) ? WHOLE : mask.count(t);
      listed += Math.max(0, counts[t]);
    }
    int[] positions = new int[listed];
    int next = 0;
    for (int t = 0; t < counts.length; t++) {
      if (counts[t] > 0) {
        System.arraycopy(mask.positions(t), 0, positions, next, counts[t]);
        next += counts[t];
      }
    }
    to.ints("mask.counts", counts);
    to.ints("mask.positions", positions);
  }

  /**
   * Reads a checkpoint.
   *
   * @param head tensors that are trained whole beside the mask
   * @throws CorruptFileException where it is damaged, or does not fit the layout
   * @throws io.sparsetune.error.UnsupportedVersionException for another version of the format
   * @throws io.sparsetune.error.DataException where it cannot be read at all
   */
  static Checkpoint read(ByteSource file, ParameterLayout layout, List<Integer> head) {
    return StateFile.read(file, KIND, from -> read(file.path(), from, layout, head));
  }

  private static Checkpoint read(
      String path, StateReader from, ParameterLayout layout, List<Integer> head) {
    JsonNode about = from.about();
    Mask mask = readMask(path, from, layout);
    Mask trained = mask.withWhole(layout, head);
    float[] values = floats(path, from, "values", trained.size());
    long steps = from.longs("optimizer.steps")[0];
    int arrays = whole(path, about, "moments");
    if (arrays > MOST_MOMENTS) {
      throw new CorruptFileException(path, "its optimizer has %d moments".formatted(arrays));
    }
    float[][] moments = new float[arrays][];
    for (int m = 0; m < moments.length; m++) {
      moments[m] = floats(path, from, "moment." + m, trained.size());
    }
    float[] kept =
        about.path("keeps_current").asBoolean()
            ? values
            : floats(path, from, "kept", trained.size());
    TrainingState state =
        new TrainingState(
            mask,
            new TrainedState(trained, values, new OptimizerState(steps, moments)),
            whole(path, about, "step"),
            kept,
            whole(path, about, "kept_step"),
            evaluations(path, about, from),
            rounds(from));
    long[] counts = from.longs("tally.counts");
    double[] sums = from.doubles("tally.loss");
    StepTally tally = new StepTally(Math.toIntExact(counts[0]), sums[0], counts[1], counts[2]);
    return new Checkpoint(
        about.path("run_id").asText(), state, tally, sums[1], moved(path, from.longs("bytes")));
  }

  private static Optional<BytesMoved> moved(String path, long[] bytes) {
    if (bytes.length == 0) {
      return Optional.empty();
    }
    if (bytes.length != BYTES) {
      throw new CorruptFileException(path, "its array bytes has another length than " + BYTES);
    }
    RoundBytes rounds = new RoundBytes(bytes[3], bytes[4], bytes[5], Math.toIntExact(bytes[6]));
    return Optional.of(new BytesMoved(bytes[0], bytes[1], bytes[2], rounds));
  }

  private static List<EvaluationReport> evaluations(String path, JsonNode about, StateReader from) {
    int[] steps = from.ints("evaluations.step");
    double[] epochs = from.doubles("evaluations.epoch");
    double[] values = from.doubles("evaluations.value");
    int[] best = from.ints("evaluations.best");
    List<EvaluationReport> evaluations = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      evaluations.add(
          new EvaluationReport(steps[i], epochs[i], metric(path, about), values[i], best[i] == 1));
    }
    return evaluations;
  }

  private static Metric metric(String path, JsonNode about) {
    String key = about.path("metric").asText();
    for (Metric metric : Metric.values()) {
      if (metric.key().equals(key)) {
        return metric;
      }
    }
    throw new CorruptFileException(path, "its metric is not one of this version");
  }

  private static List<RoundReport> rounds(StateReader from) {
    int[] all = from.ints("rounds.rounds");
    int[] steps = from.ints("rounds.step");
    double[] losses = from.doubles("rounds.loss");
    int[] kept = from.ints("rounds.kept");
    int[] changed = from.ints("rounds.changed");
    List<RoundReport> rounds = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      rounds.add(new RoundReport(i + 1, all[i], steps[i], losses[i], kept[i], changed[i]));
    }
    return rounds;
  }

  private static Mask readMask(String path, StateReader from, ParameterLayout layout) {
    int[] counts = from.ints("mask.counts");
    int[] positions = from.ints("mask.positions");
    if (counts.length != layout.tensorCount()) {
      throw new CorruptFileException(
          path,
          "its mask is of %d tensors, the model has %d"
              .formatted(counts.length, layout.tensorCount()));
    }
    Mask.Builder mask = new Mask.Builder(layout);
    int next = 0;
    for (int t = 0; t < counts.length; t++) {
      if (counts[t] == WHOLE) {
        mask.whole(t);
      } else if (counts[t] != 0) {
        mask.positions(t, Arrays.copyOfRange(positions, next, next + counts[t]));
        next += counts[t];
      }
    }
    return mask.build();
  }

  private static float[] floats(String path, StateReader from, String name, int count) {
    float[] values = from.floats(name);
    if (values.length != count) {
      throw new CorruptFileException(
          path, "its array %s has %d elements, not %d".formatted(name, values.length, count));
    }
    return values;
  }

  private static int whole(String path, JsonNode about, String key) {
    JsonNode value = about.path(key);
    if (!value.isInt() || value.intValue() < 0) {
      throw new CorruptFileException(path, "its %s is not a whole number".formatted(key));
    }
    return value.intValue();
  }
}
