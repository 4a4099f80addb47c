package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.Folder;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.store.RoundFolder;
import io.sparsetune.store.RoundStore;
import io.sparsetune.testing.MemoryFolder;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OldRoundsTest {
  private static final String HALF = ".sparsetune-0123456789abcdef";

  private final MemoryFolder files = new MemoryFolder("run/checkpoints/rounds");
  private final RoundStore store = new RoundFolder(() -> files, "run", Duration.ZERO);
  private final List<String> warnings = new ArrayList<>();

  private void save(int round) {
    store.worker(round, 0, warnings::add).save(5, out -> out.floats("theta", new float[1]));
    store.saveScores(round, 0, 1, List.<ScoreSlice>of().iterator());
  }

  @Test
  void statesGoOnceNeitherCheckpointThatIsKeptNeedsThem() {
    OldRounds old = new OldRounds(store, 0, warnings::add);
    save(0);
    old.written(1);
    assertThat(files.names()).hasSize(2);
    save(1);
    // A task of the next round is writing.
    files.put(HALF, "half");
    old.written(2);
    assertThat(files.names())
        .containsExactly(
            HALF,
            "round-0000-scores-00000-of-00001.state",
            "round-0001-scores-00000-of-00001.state",
            "round-0001-worker-0000-step-00000005.state");
    old.written(2);
    assertThat(files.names()).containsExactly(HALF, "round-0001-scores-00000-of-00001.state");
    assertThat(warnings).isEmpty();
  }

  @Test
  void aProcessThatBeginsRemovesWhatIsHalfWritten() {
    save(1);
    files.put(HALF, "half");
    new OldRounds(store, 1, warnings::add);
    assertThat(files.names())
        .containsExactly(
            "round-0001-scores-00000-of-00001.state", "round-0001-worker-0000-step-00000005.state");
  }

  @Test
  void whatCannotBeRemovedIsSaidOnceAndStopsNothing() {
    Folder broken =
        (Folder)
            Proxy.newProxyInstance(
                Folder.class.getClassLoader(),
                new Class<?>[] {Folder.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("location")) {
                    return "run/checkpoints/rounds";
                  }
                  throw new IOException("no answer");
                });
    OldRounds old =
        new OldRounds(new RoundFolder(() -> broken, "run", Duration.ZERO), 1, warnings::add);
    old.written(1);
    old.written(1);
    String said =
        "Cannot remove saved states from run/checkpoints/rounds: no answer; the training"
            + " goes on, and they are removed with all its checkpoints at its end";
    assertThat(warnings).containsExactly(said, said);
  }
}
