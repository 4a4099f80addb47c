package io.sparsetune.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Folder;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.testing.MemoryFolder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoundFolderTest {
  private final MemoryFolder files = new MemoryFolder("out/checkpoints");
  private final RoundStore store = new RoundFolder(() -> files, "this run", Duration.ZERO);
  private final List<String> warnings = new ArrayList<>();

  private WorkerStore worker(int round, int worker) {
    return store.worker(round, worker, warnings::add);
  }

  private static void save(WorkerStore store, int step) {
    store.save(step, out -> out.floats("theta", new float[] {step}));
  }

  private static Optional<Float> latest(WorkerStore store) {
    return store.latest(
        (step, in) -> {
          float theta = in.floats("theta")[0];
          assertThat(theta).isEqualTo(step);
          return theta;
        });
  }

  private static String name(int round, int worker, int step) {
    return "round-%04d-worker-%04d-step-%08d.state".formatted(round, worker, step);
  }

  private void damage(String name) {
    byte[] bytes = files.bytes(name).clone();
    bytes[bytes.length / 2] ^= 1;
    files.put(name, bytes);
  }

  @Test
  void theLatestStateOfTheRoundAndTheWorkerIsGoneOnFrom() {
    assertThat(latest(worker(3, 2))).isEmpty();
    save(worker(3, 2), 480);
    save(worker(3, 2), 99);
    save(worker(3, 1), 500);
    save(worker(2, 2), 600);
    assertThat(latest(worker(3, 2))).contains(480f);
    assertThat(warnings).isEmpty();
  }

  @Test
  void theOneBeforeTheNewestIsKeptAndLaterOnesAreLeftAlone() {
    WorkerStore own = worker(0, 0);
    save(worker(0, 1), 1);
    for (int step : new int[] {10, 20, 90, 30, 40}) {
      save(own, step);
    }
    assertThat(files.names())
        .containsExactly(name(0, 0, 30), name(0, 0, 40), name(0, 0, 90), name(0, 1, 1));
  }

  @Test
  void theStateBeforeADamagedOneIsUsedAndThatIsSaid() {
    save(worker(0, 0), 10);
    save(worker(0, 0), 20);
    damage(name(0, 0, 20));
    assertThat(latest(worker(0, 0))).contains(10f);
    assertThat(warnings)
        .singleElement()
        .asString()
        .matches(
            "Cannot read out/checkpoints/round-0000-worker-0000-step-00000020\\.state: it is damaged"
                + " or truncated: its checksum is wrong \\(at byte \\d+\\); worker 1 of round 1 goes"
                + " on from an earlier state, or begins its round again");
    damage(name(0, 0, 10));
    assertThat(latest(worker(0, 0))).isEmpty();
  }

  @Test
  void statesOfLaterVersionsOtherRunsAndOtherProcessorsAreNotUsed() {
    save(worker(0, 0), 10);
    byte[] good = files.bytes(name(0, 0, 10));
    save(new RoundFolder(() -> files, "other run", Duration.ZERO).worker(0, 0, warnings::add), 20);
    save(store.on("another kind").worker(0, 0, warnings::add), 30);
    files.put(name(0, 0, 10), good);
    files.put(name(0, 0, 40), good);
    byte[] later = good.clone();
    later[8]++;
    files.put(name(0, 0, 50), later);
    files.put(name(0, 0, 60), "");
    files.put("round-0000-worker-0000-step-7.state", "");
    assertThat(latest(worker(0, 0))).contains(10f);
    assertThat(warnings).hasSize(5);
    String foreign = "it belongs to another run, or to processors of another kind, or was renamed";
    assertThat(warnings.get(0)).contains("it has 0 bytes, too few");
    assertThat(warnings.get(1)).contains("its format has version 2, and this library reads");
    assertThat(warnings.subList(2, 5)).allMatch(warning -> warning.contains(foreign));
  }

  /** Another attempt at the same work has gone on. */
  @Test
  void whereStatesAreReplacedMeanwhileTheNewOnesAreUsed() {
    save(worker(0, 0), 10);
    Folder replaced =
        new Delegate() {
          @Override
          public ByteSource file(String name) {
            if (name.equals(name(0, 0, 10)) && files.contains(name)) {
              files.delete(name);
              save(worker(0, 0), 20);
            }
            return files.file(name);
          }
        };
    WorkerStore own =
        new RoundFolder(() -> replaced, "this run", Duration.ZERO).worker(0, 0, warnings::add);
    assertThat(latest(own)).contains(20f);
  }

  private class Delegate implements Folder {
    @Override
    public String location() {
      return files.location();
    }

    @Override
    public boolean exists() throws IOException {
      return files.exists();
    }

    @Override
    public boolean isEmpty() throws IOException {
      return files.isEmpty();
    }

    @Override
    public Folder below(String name) {
      return files.below(name);
    }

    @Override
    public void deleteAll(String name) throws IOException {
      files.deleteAll(name);
    }

    @Override
    public boolean contains(String name) {
      return files.contains(name);
    }

    @Override
    public ByteSource file(String name) {
      return files.file(name);
    }

    @Override
    public void write(String name, Content content) throws IOException {
      files.write(name, content);
    }

    @Override
    public List<String> names() throws IOException {
      return files.names();
    }

    @Override
    public void delete(String name) throws IOException {
      files.delete(name);
    }
  }

  /** Refuses everything. */
  private final class Broken extends Delegate {
    @Override
    public void write(String name, Content content) throws IOException {
      throw new IOException("No space left on device");
    }

    @Override
    public List<String> names() throws IOException {
      throw new IOException("no answer");
    }
  }

  @Test
  void aFolderThatFailsIsSaidAndStopsNoWorker() {
    Folder broken = new Broken();
    RoundStore failing = new RoundFolder(() -> broken, "this run", Duration.ZERO);
    WorkerStore own = failing.worker(0, 0, warnings::add);
    assertThat(latest(own)).isEmpty();
    save(own, 10);
    assertThat(warnings)
        .containsExactly(
            "Cannot list out/checkpoints: no answer; worker 1 begins round 1 again",
            "Cannot save the state of worker 1 of round 1 in out/checkpoints: No space left on"
                + " device; free some of it, or choose another place; it goes on, and tries again"
                + " later");
    assertThatThrownBy(() -> failing.saveScores(0, 1, 2, scores().iterator()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot write out/checkpoints/round-0000-scores-00001-of-00002.state: No space left on"
                + " device; free some of it, or choose another place");
    assertThatThrownBy(() -> failing.scoreParts(0))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read out/checkpoints: no answer");
    assertThatThrownBy(() -> failing.removeBefore(1))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot remove saved states from out/checkpoints: no answer");
  }

  @Test
  void aFailureThatIsNotAnIoExceptionStopsNoWorkerEither() {
    WorkerStore own = worker(0, 0);
    own.save(
        1,
        out -> {
          throw new IllegalStateException("some library's");
        });
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("java.lang.IllegalStateException: some library's");
  }

  @Test
  void aFolderThatATaskCannotOpenStopsNoWorker() {
    boolean[] onDriver = {true};
    RoundStore there =
        new RoundFolder(
            () -> {
              if (onDriver[0]) {
                return files;
              }
              throw new IllegalStateException("no such file system here");
            },
            "this run",
            Duration.ZERO);
    onDriver[0] = false;
    WorkerStore own = there.worker(0, 0, warnings::add);
    assertThat(latest(own)).isEmpty();
    save(own, 10);
    String reason = "java.lang.IllegalStateException: no such file system here";
    assertThat(warnings)
        .containsExactly(
            "Cannot list out/checkpoints: " + reason + "; worker 1 begins round 1 again",
            "Cannot save the state of worker 1 of round 1 in out/checkpoints: "
                + reason
                + "; it goes on, and tries again later");
    assertThatThrownBy(() -> there.saveScores(0, 1, 2, scores().iterator()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot write out/checkpoints/round-0000-scores-00001-of-00002.state: " + reason);
    assertThatThrownBy(there::removeTemporary)
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot remove saved states from out/checkpoints: " + reason);
  }

  private static List<ScoreSlice> scores() {
    return List.of(
        new ScoreSlice(2, 0, new float[] {1, 0.5f}),
        new ScoreSlice(3, 8, 1, new float[] {7, 8, 9}, 1));
  }

  @Test
  void scoresCountOnceAllPartsAreThere() {
    assertThat(store.scoreParts(4)).isEmpty();
    store.saveScores(4, 0, 2, scores().iterator());
    store.saveScores(4, 1, 3, scores().iterator());
    assertThat(store.scoreParts(4)).isEmpty();
    store.saveScores(4, 1, 2, List.<ScoreSlice>of().iterator());
    assertThat(store.scoreParts(4)).hasValue(2);
    assertThat(store.scoreParts(3)).isEmpty();
    assertThat(store.requireScores(5)).isEqualTo(2);
    List<ScoreSlice> read = store.scores(4, 0, 2);
    assertThat(read).hasSize(2);
    assertThat(read.get(0).values()).containsExactly(1, 0.5f);
    assertThat(read.get(1).tensor()).isEqualTo(3);
    assertThat(read.get(1).from()).isEqualTo(8);
    assertThat(read.get(1).values()).containsExactly(8);
    assertThat(store.scores(4, 1, 2)).isEmpty();
    RoundStore other = new RoundFolder(() -> files, "other run", Duration.ZERO);
    assertThatThrownBy(() -> other.scores(4, 0, 2)).isInstanceOf(CorruptFileException.class);
  }

  @Test
  void whatIsOverIsRemovedAndWhatIsNeededStays() {
    for (int round = 0; round < 4; round++) {
      save(worker(round, 0), 5);
      store.saveScores(round, 0, 1, scores().iterator());
    }
    files.put("state-00000100.checkpoint", "the driver's");
    files.put(".sparsetune-0123456789abcdef", "half a file of a task, alive or killed");
    store.removeBefore(3);
    assertThat(files.names())
        .containsExactly(
            ".sparsetune-0123456789abcdef",
            "round-0002-scores-00000-of-00001.state",
            "round-0003-scores-00000-of-00001.state",
            name(3, 0, 5),
            "state-00000100.checkpoint");
    store.removeTemporary();
    assertThat(files.names()).hasSize(4).doesNotContain(".sparsetune-0123456789abcdef");
  }

  @Test
  void aStateIsDueWhenTheIntervalHasPassed() {
    assertThat(worker(0, 0).due()).isTrue();
    WorkerStore rarely =
        new RoundFolder(() -> files, "this run", Duration.ofDays(1)).worker(0, 0, warnings::add);
    assertThat(rarely.due()).isFalse();
  }
}
