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
 * tensors]; {@code values}, [trained]; {@code optimizer.steps}, [1]; {@code optimizer.moment.0} and
 * so on, [trained]; {@code kept}, [trained], left out where it is {@code values}; {@code
 * evaluations} and {@code rounds} by column; {@code tally}; {@code bytes}, empty where there is no
 * traffic.
 */
final class CheckpointFile {
  private static final String KIND = "training";
  private static final String OPTIMIZER = "optimizer";
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
    state.current().optimizer().save(OPTIMIZER, to);
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
    return StateFile.read(
        file, KIND, from -> read(new CheckpointReader(file.path(), from), layout, head));
  }

  private static Checkpoint read(
      CheckpointReader from, ParameterLayout layout, List<Integer> head) {
    JsonNode about = from.from().about();
    Mask mask = readMask(from, layout);
    Mask trained = mask.withWhole(layout, head);
    float[] values = from.floats("values", trained.size());
    int step = from.whole("step");
    OptimizerState optimizer = readOptimizer(from, trained.size(), step);
    float[] kept =
        about.path("keeps_current").asBoolean() ? values : from.floats("kept", trained.size());
    TrainingState state =
        new TrainingState(
            mask,
            new TrainedState(trained, values, optimizer),
            step,
            kept,
            from.whole("kept_step"),
            evaluations(from),
            rounds(from));
    long[] counts = from.longs("tally.counts", 3);
    double[] sums = from.doubles("tally.loss", 2);
    StepTally tally =
        new StepTally(from.whole("tally.counts", counts[0]), sums[0], counts[1], counts[2]);
    return new Checkpoint(about.path("run_id").asText(), state, tally, sums[1], moved(from));
  }

  private static OptimizerState readOptimizer(CheckpointReader from, int trained, int step) {
    int moments = from.whole("moments");
    if (moments > MOST_MOMENTS) {
      throw from.corrupt("its optimizer has %d moments", moments);
    }
    OptimizerState optimizer =
        new OptimizerState(0, new float[moments][trained]).restored(OPTIMIZER, from.from());
    if (optimizer.steps() > step) {
      throw from.corrupt(
          "its optimizer has taken %d steps, the training %d", optimizer.steps(), step);
    }
    return optimizer;
  }

  private static Optional<BytesMoved> moved(CheckpointReader from) {
    long[] bytes = from.from().longs("bytes");
    if (bytes.length == 0) {
      return Optional.empty();
    }
    if (bytes.length != BYTES) {
      throw from.corrupt("its array bytes has %d elements, not %d", bytes.length, BYTES);
    }
    RoundBytes rounds =
        new RoundBytes(bytes[3], bytes[4], bytes[5], from.whole("number of rounds", bytes[6]));
    return Optional.of(new BytesMoved(bytes[0], bytes[1], bytes[2], rounds));
  }

  private static List<EvaluationReport> evaluations(CheckpointReader from) {
    int[] steps = from.from().ints("evaluations.step");
    double[] epochs = from.doubles("evaluations.epoch", steps.length);
    double[] values = from.doubles("evaluations.value", steps.length);
    int[] best = from.ints("evaluations.best", steps.length);
    List<EvaluationReport> evaluations = new ArrayList<>();
    for (int i = 0; i < steps.length; i++) {
      evaluations.add(
          new EvaluationReport(steps[i], epochs[i], metric(from), values[i], best[i] == 1));
    }
    return evaluations;
  }

  private static Metric metric(CheckpointReader from) {
    String key = from.from().about().path("metric").asText();
    for (Metric metric : Metric.values()) {
      if (metric.key().equals(key)) {
        return metric;
      }
    }
    throw from.corrupt("its metric is not one of this version");
  }

  private static List<RoundReport> rounds(CheckpointReader from) {
    int[] all = from.from().ints("rounds.rounds");
    int[] steps = from.ints("rounds.step", all.length);
    double[] losses = from.doubles("rounds.loss", all.length);
    int[] kept = from.ints("rounds.kept", all.length);
    int[] changed = from.ints("rounds.changed", all.length);
    List<RoundReport> rounds = new ArrayList<>();
    for (int i = 0; i < all.length; i++) {
      rounds.add(new RoundReport(i + 1, all[i], steps[i], losses[i], kept[i], changed[i]));
    }
    return rounds;
  }

  private static Mask readMask(CheckpointReader from, ParameterLayout layout) {
    int[] counts = from.from().ints("mask.counts");
    int[] positions = from.from().ints("mask.positions");
    if (counts.length != layout.tensorCount()) {
      throw from.corrupt(
          "its mask is of %d tensors, the model has %d", counts.length, layout.tensorCount());
    }
    Mask.Builder mask = new Mask.Builder(layout);
    int next = 0;
    for (int t = 0; t < counts.length; t++) {
      if (counts[t] == WHOLE) {
        mask.whole(t);
      } else if (counts[t] < 0 || counts[t] > positions.length - next) {
        throw from.corrupt(
            "its mask claims %d positions of tensor %d, where %d are left",
            counts[t], t, positions.length - next);
      } else {
        mask.positions(t, Arrays.copyOfRange(positions, next, next + counts[t]));
        next += counts[t];
      }
    }
    if (next != positions.length) {
      throw from.corrupt("its mask has %d positions of no tensor", positions.length - next);
    }
    return mask.build();
  }
}
