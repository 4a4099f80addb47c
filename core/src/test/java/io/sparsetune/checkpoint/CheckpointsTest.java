package io.sparsetune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sparsetune.checkpoint.Checkpoints.Latest;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Folder;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.RoundBytes;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepTally;
import io.sparsetune.state.StateFile;
import io.sparsetune.state.StateWriter;
import io.sparsetune.task.Metric;
import io.sparsetune.testing.Damage;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.train.TrainingState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointsTest {
  private static final String RUN = "0123456789abcdef".repeat(4);
  private static final List<Integer> HEAD = List.of(1);

  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.weight", Part.ENCODER, 2, 2),
              TensorSpec.of("head.bias", Part.HEAD, 3)));
  private final MemoryFolder folder = new MemoryFolder("checkpoints");
  private final Checkpoints checkpoints = new Checkpoints(folder);

  private Checkpoint checkpoint(String run, int step) {
    Mask mask = new Mask.Builder(layout).positions(0, new int[] {1, 3}).build();
    Mask trained = mask.withWhole(layout, HEAD);
    float[] values = {step, 2, 3, 4, 5};
    float[] kept = {1, 2, 3, 4, step};
    float[][] moments = {new float[5], {1, 2, 3, 4, 5}};
    return new Checkpoint(
        run,
        new TrainingState(
            mask,
            new TrainedState(trained, values, new OptimizerState(step, moments)),
            step,
            kept,
            step - 1,
            List.of(new EvaluationReport(step, 0.5, Metric.ACCURACY, 0.25, true)),
            List.of(new RoundReport(1, 1, step, 0.5, 2, 2))),
        new StepTally(1, 2, 3, 4),
        5.5,
        Optional.of(new BytesMoved(6, 7, 8, new RoundBytes(1, 2, 3, 4))));
  }

  private Latest latest() {
    return checkpoints.latest(RUN, layout, HEAD);
  }

  private static byte[] bytes(Checkpoint checkpoint) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CheckpointFile.write(checkpoint, out);
    return out.toByteArray();
  }

  @Test
  void theNewestIsReadAndNoMoreThanTwoAreKept() throws IOException {
    assertThat(latest()).isEqualTo(new Latest(Optional.empty(), List.of()));
    for (int step = 1; step <= 12; step++) {
      checkpoints.write(checkpoint(RUN, step));
    }
    assertThat(folder.names()).containsExactly("checkpoint-000011", "checkpoint-000012");
    assertThat(latest().problems()).isEmpty();
    Checkpoint read = latest().checkpoint().orElseThrow();
    assertThat(bytes(read)).isEqualTo(bytes(checkpoint(RUN, 12)));
    assertThat(read.state().kept()).containsExactly(1, 2, 3, 4, 12);
    assertThat(read.state().keptStep()).isEqualTo(11);
    assertThat(read.moved()).contains(new BytesMoved(6, 7, 8, new RoundBytes(1, 2, 3, 4)));
    assertThat(read.seconds()).isEqualTo(5.5);
    assertThat(read.tally()).isEqualTo(new StepTally(1, 2, 3, 4));
  }

  private void writeTwo() throws IOException {
    checkpoints.write(checkpoint(RUN, 1));
    checkpoints.write(checkpoint(RUN, 2));
  }

  private void assertFallsBack(byte[] newest, String why) {
    folder.put("checkpoint-000002", newest);
    Latest latest = latest();
    assertThat(latest.checkpoint().map(c -> c.state().step())).as(why).contains(1);
    assertThat(latest.problems())
        .singleElement()
        .asString()
        .contains("checkpoints/checkpoint-000002");
  }

  @Test
  void ofANewestThatIsTruncatedTheOneBeforeIsTaken() throws IOException {
    writeTwo();
    byte[] whole = folder.bytes("checkpoint-000002");
    for (int length = 0; length < whole.length; length++) {
      assertFallsBack(Arrays.copyOf(whole, length), "length " + length);
    }
    assertFallsBack(Arrays.copyOf(whole, whole.length + 1), "longer");
  }

  @Test
  void ofANewestWithAnyByteChangedTheOneBeforeIsTaken() throws IOException {
    writeTwo();
    byte[] whole = folder.bytes("checkpoint-000002");
    for (int at = 0; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 << at % 8);
      assertFallsBack(damaged, "byte " + at);
    }
    int refused =
        Damage.survives(
            whole,
            100,
            500,
            damaged ->
                CheckpointFile.read(ByteSource.of("checkpoint-000002", damaged), layout, HEAD));
    assertThat(refused).isEqualTo(500);
  }

  @Test
  void ofANewestOfAnotherRunOrVersionTheOneBeforeIsTaken() throws IOException {
    writeTwo();
    byte[] newer = folder.bytes("checkpoint-000002").clone();
    ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN).putInt(8, 2);
    assertFallsBack(newer, "newer");
    assertThat(latest().problems().get(0)).contains("its format has version 2");
    assertFallsBack(bytes(checkpoint("f".repeat(64), 2)), "another run");
    assertThat(latest().problems())
        .containsExactly("checkpoints/checkpoint-000002 is of another run");
  }

  /** Whole, and yet not what this version writes. */
  @Test
  void ofANewestThatMakesNoSenseTheOneBeforeIsTaken() throws IOException {
    writeTwo();
    for (String odd :
        List.of("mask.counts", "optimizer.steps", "evaluations.epoch", "rounds.loss", "bytes")) {
      assertFallsBack(strange(odd), odd);
    }
    for (String odd : List.of("tally.counts", "tally.loss", "rounds.rounds", "evaluations.step")) {
      assertFallsBack(strange(odd), odd);
    }
  }

  /** A checkpoint whose array of that name is of another length, or has strange values. */
  private static byte[] strange(String odd) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    var about = JsonNodeFactory.instance.objectNode();
    about.put("run_id", RUN).put("step", 2).put("kept_step", 2).put("moments", 0);
    about.put("keeps_current", true).put("metric", Metric.ACCURACY.key());
    StateFile.write(out, "training", about, writer -> writeStrange(writer, odd));
    return out.toByteArray();
  }

  private static void writeStrange(StateWriter to, String odd) throws IOException {
    to.ints("mask.counts", odd.equals("mask.counts") ? new int[] {-7, 9} : new int[] {2, 0});
    to.ints("mask.positions", new int[] {1, 3});
    to.floats("values", new float[5]);
    to.longs("optimizer.steps", odd.equals("optimizer.steps") ? new long[0] : new long[1]);
    to.ints("evaluations.step", new int[odd.equals("evaluations.step") ? 3 : 1]);
    to.doubles("evaluations.epoch", new double[odd.equals("evaluations.epoch") ? 0 : 1]);
    to.doubles("evaluations.value", new double[1]);
    to.ints("evaluations.best", new int[1]);
    to.ints("rounds.rounds", new int[odd.equals("rounds.rounds") ? 3 : 1]);
    to.ints("rounds.step", new int[1]);
    to.doubles("rounds.loss", new double[odd.equals("rounds.loss") ? 0 : 1]);
    to.ints("rounds.kept", new int[1]);
    to.ints("rounds.changed", new int[1]);
    to.longs(
        "tally.counts", odd.equals("tally.counts") ? new long[] {1L << 40, 0, 0} : new long[3]);
    to.doubles("tally.loss", new double[odd.equals("tally.loss") ? 1 : 2]);
    to.longs("bytes", odd.equals("bytes") ? new long[] {0, 0, 0, 0, 0, 0, -1L >>> 1} : new long[0]);
  }

  @Test
  void whereNoneIsGoodEachSaysWhy() throws IOException {
    writeTwo();
    folder.put("checkpoint-000001", new byte[10]);
    folder.put("checkpoint-000002", "no checkpoint".repeat(20));
    Latest latest = latest();
    assertThat(latest.checkpoint()).isEmpty();
    assertThat(latest.problems())
        .containsExactly(
            "Cannot read checkpoints/checkpoint-000002: it does not begin as a file of training"
                + " state does (at byte 0)",
            "Cannot read checkpoints/checkpoint-000001: it has 10 bytes, too few for a file of"
                + " training state");
  }

  @Test
  void aMaskOfAnotherModelIsNotTaken() throws IOException {
    checkpoints.write(checkpoint(RUN, 1));
    ParameterLayout other =
        new ParameterLayout(List.of(TensorSpec.of("encoder.weight", Part.ENCODER, 2, 2)));
    assertThat(checkpoints.latest(RUN, other, List.of()).problems())
        .containsExactly(
            "Cannot read checkpoints/checkpoint-000001: its mask is of 2 tensors, the model has 1");
  }

  @Test
  void numbersGoOnAfterTheHighestAndOtherFilesAreLeftAlone() throws IOException {
    folder.put(".sparsetune-0123456789abcdef", "half");
    folder.put("checkpoint-1", "not a name of these");
    folder.put("checkpoint-000041", bytes(checkpoint(RUN, 1)));
    checkpoints.write(checkpoint(RUN, 2));
    assertThat(folder.names())
        .containsExactly(
            ".sparsetune-0123456789abcdef",
            "checkpoint-000041",
            "checkpoint-000042",
            "checkpoint-1");
    assertThat(latest().checkpoint().orElseThrow().state().step()).isEqualTo(2);
  }

  /** Else the good one that the run has gone on from would go first. */
  @Test
  void aDamagedOneDoesNotCountAsOneThatIsKept() throws IOException {
    writeTwo();
    folder.put("checkpoint-000002", "damaged".repeat(20));
    assertThat(latest().checkpoint().orElseThrow().state().step()).isEqualTo(1);
    checkpoints.write(checkpoint(RUN, 3));
    folder.put("checkpoint-000003", "damaged".repeat(20));
    assertThat(latest().checkpoint().map(c -> c.state().step())).contains(1);
  }

  @Test
  void aFolderThatCannotBeListedIsSaid() {
    Folder broken =
        (Folder)
            Proxy.newProxyInstance(
                Folder.class.getClassLoader(),
                new Class<?>[] {Folder.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("location")) {
                    return "run/checkpoints";
                  }
                  throw new IOException("Input/output error");
                });
    assertThatThrownBy(() -> new Checkpoints(broken).latest(RUN, layout, HEAD))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read the checkpoints in run/checkpoints: Input/output error");
  }
}
