package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.dense.DenseTraining;
import io.sparsetune.dense.RoundScores;
import io.sparsetune.error.DataException;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.store.RoundFolder;
import io.sparsetune.store.RoundStore;
import io.sparsetune.testing.DiskFolder;
import io.sparsetune.testing.SometimesDue;
import io.sparsetune.work.DenseSteps;
import io.sparsetune.work.RoundWork;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link StepExecutor} with a {@link RoundStore} does when rounds are interrupted. */
public abstract class SavedRoundsContract {
  private static final int STEPS = 9;
  private static final int FAILURES = 6;
  private static final String CHILD = "method.name=child;method.workers=3";
  private static final ParameterLayout LAYOUT = TinyTask.spec().layout();

  @TempDir private Path disk;

  private Path saved;

  @BeforeEach
  void makeRoom() {
    Stumbling.stop(0);
    saved = disk.resolve("checkpoints");
  }

  /** An executor for {@link TinyTask}'s model and data. */
  protected abstract StepExecutor open(RunConfig config, RoundStore store);

  /** Loses what is kept between rounds, where that can be lost. */
  protected void loseWhatIsKept() {}

  /** Opens a folder on the local disk. */
  protected RoundFolder.Source source(Path folder) {
    return () -> new DiskFolder(folder);
  }

  private RoundStore store(String run, Duration interval) {
    return new RoundFolder(source(saved), run, interval);
  }

  private RoundStore everyStep() {
    return store("this run", Duration.ZERO);
  }

  /** Six shards, three steps an epoch. */
  private static RunConfig config(String method) {
    return TinyTask.config(("training.batch_size=24;" + method).split(";"));
  }

  private static RoundRequest request(RunConfig config, int round, long seed) {
    TrainingConfig training = config.training();
    MaskProblem problem = new MaskProblem(LAYOUT, config.method(), training.seed());
    Evidence.DenseRounds evidence =
        (Evidence.DenseRounds) config.method().method().evidence(problem);
    RoundPlan plan = TrainingPlan.of(config, 61).rounds().orElseThrow();
    double maxGradNorm = training.maxGradNorm().orElse(Double.POSITIVE_INFINITY);
    List<Integer> head = Methods.headTensors(LAYOUT, config.method());
    DenseTraining dense = evidence.training().with(training.optimizer(), maxGradNorm);
    return new RoundRequest(
        7 + round,
        round,
        plan.workers(),
        new RoundWork(
            new DenseSteps(round * STEPS, STEPS, 0, training.learningRate(32), maxGradNorm),
            new Stumbling(dense, seed),
            Mask.none(LAYOUT).withWhole(LAYOUT, problem.scope().tensors()).withWhole(LAYOUT, head),
            new TrainedState(Mask.none(LAYOUT), new float[0], training.optimizer().initial(0)),
            plan.keepMoments()),
        new RoundScores(plan.momentum(), Mask.none(LAYOUT)),
        ScoreProgress.NONE,
        distances -> evidence.projection().mask(round, distances),
        head);
  }

  private RoundResult expected(RunConfig config) {
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      return executor.round(request(config, 0, 0));
    }
  }

  private static void assertSame(RoundResult result, RoundResult expected) {
    assertThat(result.mask()).isEqualTo(expected.mask());
    assertThat(result.trained()).isEqualTo(expected.trained());
    assertThat(result.values()).isEqualTo(expected.values());
    assertThat(result.moments()).isDeepEqualTo(expected.moments());
    assertThat(result.steps()).isEqualTo(expected.steps()).hasSize(STEPS);
  }

  /** With an executor of its own for each attempt. */
  private RoundResult untilDone(RunConfig config, RoundStore store, long seed) {
    while (true) {
      try (StepExecutor executor = open(config, store)) {
        return executor.round(request(config, 0, seed));
      } catch (RuntimeException e) {
        assertThat(e).hasStackTraceContaining("A failure made by the test");
      }
    }
  }

  private List<String> files() {
    try (Stream<Path> files = Files.list(saved)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "method.name=child",
        CHILD,
        CHILD + ";training.optimizer=sgd",
        "method.name=magnitude;method.variant=fu-code;method.burn_in=9",
        "method.name=diff",
        "method.name=diff;method.workers=3;method.structured=true",
        "method.name=diff;training.optimizer=sgd;method.structured=true",
        "method.name=diff;method.variant=fu-code;method.workers=3;method.burn_in=9",
        "method.name=diff;method.variant=fu-code;method.structured=true;method.burn_in=9"
      })
  void workersThatStopAnyNumberOfTimesEndWithTheSameBits(String method) {
    RunConfig config = config(method);
    RoundResult expected = expected(config);
    int restored = SometimesDue.restored();
    for (long seed = 0; seed < 2; seed++) {
      Stumbling.stop(FAILURES);
      RoundStore store = new SometimesDue(store("run " + seed, Duration.ofDays(1)), seed);
      assertSame(untilDone(config, store, seed), expected);
      assertThat(Stumbling.left()).isLessThan(FAILURES);
    }
    assertThat(SometimesDue.restored()).isGreaterThan(restored);
  }

  @Test
  void onlyTheLatestTwoStatesOfAWorkerStay() {
    RunConfig config = config(CHILD);
    assertSame(untilDone(config, everyStep(), 0), expected(config));
    assertThat(files())
        .containsExactly(
            "round-0000-worker-0000-step-00000008.state",
            "round-0000-worker-0000-step-00000009.state",
            "round-0000-worker-0001-step-00000008.state",
            "round-0000-worker-0001-step-00000009.state",
            "round-0000-worker-0002-step-00000008.state",
            "round-0000-worker-0002-step-00000009.state");
  }

  @Test
  void aStateIsTheSameWhoeverHasSavedIt() throws IOException {
    RunConfig config = config(CHILD);
    untilDone(config, everyStep(), 0);
    String name = "round-0000-worker-0001-step-00000008.state";
    byte[] first = Files.readAllBytes(saved.resolve(name));
    saved = disk.resolve("other");
    Stumbling.stop(FAILURES);
    untilDone(config, everyStep(), 0);
    assertThat(Files.readAllBytes(saved.resolve(name))).isEqualTo(first);
  }

  @Test
  void aRoundThatWasDoneIsNotTrainedAgain() {
    RunConfig config = config(CHILD);
    RoundResult expected = untilDone(config, everyStep(), 0);
    AtomicLong heard = new AtomicLong();
    Stumbling.stop(1000);
    RoundRequest again = request(config, 0, 0);
    RoundRequest listening =
        new RoundRequest(
            again.sequence(),
            0,
            again.workers(),
            again.work(),
            again.scores(),
            (examples, of) -> heard.set(examples),
            again.projection(),
            again.head());
    try (StepExecutor executor = open(config, everyStep())) {
      assertSame(executor.round(listening), expected);
    }
    assertThat(Stumbling.left()).isEqualTo(1000);
    // Three epochs of 61 examples.
    assertThat(heard).hasValue(183);
  }

  @Test
  void damagedStatesAndThoseOfOtherRunsAreNotUsed() throws IOException {
    RunConfig config = config(CHILD);
    RoundResult expected = expected(config);
    untilDone(config, store("another run", Duration.ZERO), 0);
    assertSame(untilDone(config, everyStep(), 0), expected);
    // The newest of the first worker, and both of the second.
    damage("round-0000-worker-0000-step-00000009.state", 1);
    damage("round-0000-worker-0001-step-00000009.state", 2);
    damage("round-0000-worker-0001-step-00000008.state", 3);
    Files.write(saved.resolve("round-0000-worker-0002-step-00000009.state"), new byte[0]);
    assertSame(untilDone(config, everyStep(), 0), expected);
  }

  private void damage(String name, int where) throws IOException {
    Path file = saved.resolve(name);
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 4 * where] ^= 4;
    Files.write(file, bytes);
  }

  @Test
  void whereNothingCanBeSavedARoundGoesOn() throws IOException {
    RunConfig config = config(CHILD);
    Files.writeString(saved, "a file where the folder would be");
    assertSame(untilDone(config, everyStep(), 0), expected(config));
  }

  /** Rounds of momentum, each of which another executor may begin. */
  @Test
  void anotherExecutorGoesOnWithTheScoresThatWereSaved() throws IOException {
    RunConfig config =
        config("method.name=child;method.rounds=4;method.workers=2;method.momentum=0.2");
    RoundResult[] expected = new RoundResult[4];
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      for (int round = 0; round < 4; round++) {
        expected[round] = executor.round(request(config, round, 0));
      }
    }
    RoundStore store = store("this run", Duration.ofDays(1));
    try (StepExecutor executor = open(config, store)) {
      assertSame(executor.round(request(config, 0, 0)), expected[0]);
      assertSame(executor.round(request(config, 1, 0)), expected[1]);
      assertThat(store.scoreParts(1)).isEmpty();
      executor.saveScores(1);
      // The executor itself goes on from what it has saved.
      loseWhatIsKept();
      assertSame(executor.round(request(config, 2, 0)), expected[2]);
    }
    assertThat(store.scoreParts(1)).isNotEmpty();
    try (StepExecutor executor = open(config, store)) {
      assertSame(executor.round(request(config, 2, 0)), expected[2]);
      executor.saveScores(2);
      store.removeBefore(3);
      assertThat(store.scoreParts(1)).isEmpty();
      assertSame(executor.round(request(config, 3, 0)), expected[3]);
    }
    try (StepExecutor executor = open(config, store)) {
      assertSame(executor.round(request(config, 3, 0)), expected[3]);
    }
    assertNothingReplacesScores(config, store);
  }

  private void assertNothingReplacesScores(RunConfig config, RoundStore store) throws IOException {
    try (StepExecutor executor = open(config, store)) {
      assertThatThrownBy(() -> executor.round(request(config, 2, 0)))
          .isInstanceOf(DataException.class)
          .hasMessageMatching(
              "Cannot go on with round 3: .*checkpoints does not have the scores of the round"
                  + " before, which this one needs; start the run again with --overwrite");
    }
    for (String name : files()) {
      damage(name, 2);
    }
    try (StepExecutor executor = open(config, store)) {
      assertThatThrownBy(() -> executor.round(request(config, 3, 0)))
          .hasMessageMatching(
              "Cannot read .*round-0002-scores-.*\\.state: it is damaged or truncated: its checksum"
                  + " is wrong .*");
    }
  }

  private static RoundResult[] remembering(RunConfig config, int rounds) {
    RoundResult[] results = new RoundResult[rounds];
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      for (int round = 0; round < rounds; round++) {
        results[round] = executor.round(request(config, round, 0));
      }
    }
    return results;
  }

  @Test
  void anExecutorGoesOnWithScoresThatCannotBeSaved() throws IOException {
    RunConfig config = config("method.name=child;method.rounds=3;method.momentum=0.2");
    RoundResult[] expected = remembering(config, 3);
    RoundStore store = store("this run", Duration.ofDays(1));
    Files.writeString(saved, "a file where the folder would be");
    try (StepExecutor executor = open(config, store)) {
      assertSame(executor.round(request(config, 0, 0)), expected[0]);
      assertThat(executor.saveScores(0))
          .hasValueSatisfying(
              why ->
                  assertThat(why)
                      .matches("Cannot write .*/checkpoints/round-0000-scores-.*\\.state: .*"));
      assertSame(executor.round(request(config, 1, 0)), expected[1]);
      Files.delete(saved);
      assertThat(executor.saveScores(1)).isEmpty();
    }
    try (StepExecutor executor = open(config, store)) {
      assertSame(executor.round(request(config, 2, 0)), expected[2]);
    }
  }

  @Test
  void withoutAStoreNoOtherExecutorGoesOnWithScores() {
    RunConfig config = config("method.name=child;method.rounds=2;method.momentum=0.2");
    RoundResult[] expected = remembering(config, 2);
    try (StepExecutor executor = open(config, RoundStore.NONE)) {
      assertSame(executor.round(request(config, 0, 0)), expected[0]);
      assertThat(executor.saveScores(0))
          .contains("nothing that every executor sees keeps what the next round needs");
      assertSame(executor.round(request(config, 1, 0)), expected[1]);
    }
    try (StepExecutor executor = open(config, RoundStore.NONE)) {
      assertThatThrownBy(() -> executor.round(request(config, 1, 0)))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "Cannot go on with round 2: executors cannot read the scores of the round before,"
                  + " which this one needs; go on with the master that the run began with, or"
                  + " start it again with --overwrite");
    }
  }

  @Test
  void nothingIsSavedWhereNextRoundsRememberNothing() {
    RunConfig config = config("method.name=child;method.rounds=3");
    RoundStore store = store("this run", Duration.ofDays(1));
    try (StepExecutor executor = open(config, store)) {
      executor.round(request(config, 0, 0));
      assertThat(executor.saveScores(0)).isEmpty();
    }
    assertThat(saved).doesNotExist();
    try (StepExecutor executor = open(config, store)) {
      executor.round(request(config, 1, 0));
    }
  }
}
