package io.sparsetune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.state.StateFile;
import io.sparsetune.state.StateWriter;
import io.sparsetune.task.Metric;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints with a right checksum over content that makes no sense. */
class CheckpointFileTest {
  private static final List<Integer> HEAD = List.of(1);

  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.weight", Part.ENCODER, 2, 2),
              TensorSpec.of("head.bias", Part.HEAD, 3)));
  private final ObjectNode about = JsonNodeFactory.instance.objectNode();
  private final Map<String, Object> arrays = new LinkedHashMap<>();

  @BeforeEach
  void fill() {
    about.put("run_id", "0123456789abcdef".repeat(4)).put("step", 4).put("kept_step", 3);
    about.put("moments", 2).put("keeps_current", false).put("metric", Metric.ACCURACY.key());
    arrays.put("mask.counts", new int[] {2, 0});
    arrays.put("mask.positions", new int[] {1, 3});
    arrays.put("values", new float[5]);
    arrays.put("optimizer.steps", new long[] {4});
    arrays.put("optimizer.moment.0", new float[5]);
    arrays.put("optimizer.moment.1", new float[5]);
    arrays.put("kept", new float[5]);
    arrays.put("evaluations.step", new int[] {4});
    arrays.put("evaluations.epoch", new double[1]);
    arrays.put("evaluations.value", new double[1]);
    arrays.put("evaluations.best", new int[1]);
    arrays.put("rounds.rounds", new int[] {1});
    arrays.put("rounds.step", new int[] {4});
    arrays.put("rounds.loss", new double[1]);
    arrays.put("rounds.kept", new int[1]);
    arrays.put("rounds.changed", new int[1]);
    arrays.put("tally.counts", new long[3]);
    arrays.put("tally.loss", new double[2]);
    arrays.put("bytes", new long[7]);
  }

  private void write(StateWriter to) throws IOException {
    for (Map.Entry<String, Object> array : arrays.entrySet()) {
      if (array.getValue() instanceof int[] ints) {
        to.ints(array.getKey(), ints);
      } else if (array.getValue() instanceof long[] longs) {
        to.longs(array.getKey(), longs);
      } else if (array.getValue() instanceof float[] floats) {
        to.floats(array.getKey(), floats);
      } else {
        to.doubles(array.getKey(), (double[]) array.getValue());
      }
    }
  }

  private Checkpoint read() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StateFile.write(out, "training", about, this::write);
    return CheckpointFile.read(ByteSource.of("file", out.toByteArray()), layout, HEAD);
  }

  private void assertRefused(String why) {
    assertThatThrownBy(this::read)
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("Cannot read file: " + why);
  }

  @Test
  void sensibleContentIsRead() throws IOException {
    Checkpoint read = read();
    assertThat(read.state().mask().positions(0)).containsExactly(1, 3);
    assertThat(read.state().current().optimizer().steps()).isEqualTo(4);
    assertThat(read.state().evaluations()).hasSize(1);
    assertThat(read.state().rounds()).hasSize(1);
  }

  /** The largest would ask for 8 GB. */
  @ParameterizedTest
  @ValueSource(ints = {Integer.MAX_VALUE - 8, Integer.MAX_VALUE, Integer.MIN_VALUE, -2, 3})
  void aMaskClaimsNoMorePositionsThanThereAre(int count) {
    arrays.put("mask.counts", new int[] {count, 0});
    assertRefused("its mask claims %d positions of tensor 0, where 2 are left".formatted(count));
  }

  @Test
  void aMaskHasNoPositionsOfNoTensor() {
    arrays.put("mask.counts", new int[] {1, 0});
    arrays.put("values", new float[4]);
    assertRefused("its mask has 1 positions of no tensor");
  }

  @Test
  void theMaskIsOfTheModel() {
    arrays.put("mask.counts", new int[] {2});
    assertRefused("its mask is of 1 tensors, the model has 2");
    arrays.put("mask.counts", new int[] {2, 0});
    arrays.put("mask.positions", new int[] {1, 4});
    assertRefused(
        "its content makes no sense: Invalid position: 4 in encoder.weight (positions rise"
            + " strictly, below 4)");
  }

  /** An optimizer counts up to its steps. */
  @Test
  void anOptimizerHasTakenNoMoreStepsThanTheTraining() {
    arrays.put("optimizer.steps", new long[] {Long.MAX_VALUE});
    assertRefused("its optimizer has taken 9223372036854775807 steps, the training 4");
    arrays.put("optimizer.steps", new long[] {-1});
    assertRefused("its content makes no sense: Invalid number of steps: [-1]");
    arrays.put("optimizer.steps", new long[0]);
    assertRefused("its content makes no sense: Invalid number of steps: []");
  }

  @Test
  void momentsAreAsManyAsTheTrainedParameters() {
    arrays.put("optimizer.moment.1", new float[4]);
    assertRefused("array optimizer.moment.1 has 4 elements instead of 5");
    about.put("moments", Integer.MAX_VALUE);
    assertRefused("its optimizer has 2147483647 moments");
  }

  @ParameterizedTest
  @ValueSource(strings = {"evaluations.step", "rounds.rounds"})
  void columnsAreOfOneLength(String first) {
    String second = first.equals("rounds.rounds") ? "rounds.step" : "evaluations.epoch";
    arrays.put(first, new int[0]);
    assertRefused("its array %s has 1 elements, not 0".formatted(second));
    arrays.put(first, new int[2]);
    assertRefused("its array %s has 1 elements, not 2".formatted(second));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"evaluations.epoch", "evaluations.value", "rounds.loss", "values", "kept"})
  void noArrayIsEmpty(String name) {
    arrays.put(name, arrays.get(name) instanceof float[] ? new float[0] : new double[0]);
    assertRefused(
        "its array %s has 0 elements, not %d".formatted(name, name.contains(".") ? 1 : 5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"evaluations.best", "rounds.step", "rounds.kept", "rounds.changed"})
  void noColumnOfWholeNumbersIsLonger(String name) {
    arrays.put(name, new int[2]);
    assertRefused("its array %s has 2 elements, not 1".formatted(name));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void aTallyHasThreeCounts(int count) {
    arrays.put("tally.counts", new long[count]);
    assertRefused("its array tally.counts has %d elements, not 3".formatted(count));
  }

  @Test
  void numbersAreInRange() {
    arrays.put("tally.counts", new long[] {1L << 31, 0, 0});
    assertRefused("its tally.counts is 2147483648, out of range");
    arrays.put("tally.counts", new long[3]);
    arrays.put("bytes", new long[] {0, 0, 0, 0, 0, 0, -1});
    assertRefused("its number of rounds is -1, out of range");
    arrays.put("bytes", new long[1]);
    assertRefused("its array bytes has 1 elements, not 7");
    arrays.put("tally.loss", new double[0]);
    assertRefused("its array tally.loss has 0 elements, not 2");
  }

  @Test
  void theDescriptionMakesSense() {
    about.put("metric", "beauty");
    assertRefused("its metric is not one of this version");
    about.put("kept_step", 5);
    assertThatThrownBy(this::read).isInstanceOf(CorruptFileException.class);
    about.put("step", "four");
    assertRefused("its step is not a whole number");
  }
}
