package io.sparsetune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.files.ByteSource;
import io.sparsetune.local.LocalStepExecutor;
import io.sparsetune.method.Methods;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.StepTally;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.store.RoundFolder;
import io.sparsetune.store.RoundStore;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.train.MethodCase;
import io.sparsetune.train.StateKeeper;
import io.sparsetune.train.TinyTask;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import io.sparsetune.train.TrainingState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A training that dies and goes on from its last checkpoint ends as one that was left alone. */
class ResumeTest {
  private static final String RUN = "0123456789abcdef".repeat(4);
  private static final int LONGEST_LIFE = 9;

  /** The death of the process. */
  private static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** Saves every state, and dies after some. */
  private static final class Mortal implements StateKeeper {
    private final int life;
    private int states;
    private Optional<byte[]> last;

    Mortal(int life, Optional<byte[]> last) {
      this.life = life;
      this.last = last;
    }

    @Override
    public TrainingState advance(
        Milestone milestone, java.util.function.Supplier<TrainingState> change) {
      TrainingState state = change.get();
      last = Optional.of(bytes(state));
      if (++states == life) {
        throw new Death();
      }
      return state;
    }
  }

  private static byte[] bytes(TrainingState state) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      CheckpointFile.write(new Checkpoint(RUN, state, StepTally.NONE, 0, Optional.empty()), out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static TrainingResult train(
      RunConfig config, StateKeeper keeper, Optional<byte[]> saved, int threads) {
    return train(config, keeper, saved, threads, RoundStore.NONE);
  }

  private static TrainingResult train(
      RunConfig config, StateKeeper keeper, Optional<byte[]> saved, int threads, RoundStore store) {
    ParameterLayout layout = TinyTask.spec(config).layout();
    Optional<TrainingState> from =
        saved.map(
            bytes ->
                CheckpointFile.read(
                        ByteSource.of("checkpoint-000001", bytes),
                        layout,
                        Methods.headTensors(layout, config.method()))
                    .state());
    try (LocalStepExecutor executor = TinyTask.executor(config, threads, store)) {
      return new TrainingLoop(layout, config, executor, TrainingListener.NONE, keeper).run(from);
    }
  }

  private static void diesAndGoesOn(RunConfig config, int longestLife) {
    diesAndGoesOn(config, longestLife, Integer.MAX_VALUE);
  }

  private static void diesAndGoesOn(RunConfig config, int longestLife, int deaths) {
    TrainingResult whole = train(config, StateKeeper.NONE, Optional.empty(), 1);
    Random random = new Random(1);
    Optional<byte[]> saved = Optional.empty();
    MemoryFolder rounds = new MemoryFolder("checkpoints");
    RoundStore store = new RoundFolder(() -> rounds, RUN, Duration.ZERO);
    for (int attempt = 1; ; attempt++) {
      Mortal keeper =
          new Mortal(attempt > deaths ? Integer.MAX_VALUE : 1 + random.nextInt(longestLife), saved);
      try {
        TrainingResult result = train(config, keeper, saved, 1 + attempt % 2, store);
        assertThat(attempt).isGreaterThan(2);
        assertSame(result, whole);
        return;
      } catch (Death e) {
        saved = keeper.last;
      }
    }
  }

  private static void assertSame(TrainingResult result, TrainingResult whole) {
    assertThat(result.trained()).isEqualTo(whole.trained());
    assertThat(result.selection().mask()).isEqualTo(whole.selection().mask());
    assertThat(result.values()).isEqualTo(whole.values());
    assertThat(result.steps()).isEqualTo(whole.steps());
    assertThat(result.keptStep()).isEqualTo(whole.keptStep());
    assertThat(result.evaluations()).isEqualTo(whole.evaluations());
    assertThat(result.rounds()).isEqualTo(whole.rounds());
  }

  @ParameterizedTest
  @FieldSource("io.sparsetune.train.MethodCase#ALL")
  void everyMethodGoesOnToTheSameBits(MethodCase method) {
    diesAndGoesOn(method.config("training.eval_steps=5"), LONGEST_LIFE);
  }

  /** The first states are those after dense rounds, where there are any. */
  @ParameterizedTest
  @FieldSource("io.sparsetune.train.MethodCase#ALL")
  void everyMethodGoesOnThoughItDiesAtEachOfItsFirstStates(MethodCase method) {
    diesAndGoesOn(method.config("training.eval_steps=5"), 1, 4);
  }

  private static RunConfig remembering() {
    return TinyTask.config(
        "method.name=child",
        "method.rounds=3",
        "method.project_every=3 steps",
        "method.momentum=0.3");
  }

  /** Else the next process would look in vain for what the next round blends. */
  @Test
  void noStateIsKeptWhereNothingKeepsTheScoresThatTheNextRoundNeeds() {
    List<Integer> kept = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    StateKeeper keeper =
        (milestone, change) -> {
          TrainingState state = change.get();
          if (milestone == StateKeeper.Milestone.SELECTION) {
            kept.add(state.rounds().size());
          }
          return state;
        };
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void warned(String warning) {
            warnings.add(warning);
          }
        };
    RunConfig config = remembering();
    TrainingResult whole = train(config, StateKeeper.NONE, Optional.empty(), 1);
    try (LocalStepExecutor executor = TinyTask.executor(config, 1)) {
      assertSame(
          new TrainingLoop(TinyTask.spec(config).layout(), config, executor, listener, keeper)
              .run(),
          whole);
    }
    assertThat(kept).containsExactly(3);
    assertThat(warnings)
        .containsExactly(
            "the state after round 1 of 3 is not saved, and a run that is interrupted goes on from"
                + " before it: nothing that every executor sees keeps what the next round needs",
            "the state after round 2 of 3 is not saved, and a run that is interrupted goes on from"
                + " before it: nothing that every executor sees keeps what the next round needs");
  }

  @Test
  void aRunWhoseScoresNothingKeepsGoesOn() {
    RunConfig config = remembering();
    TrainingResult whole = train(config, StateKeeper.NONE, Optional.empty(), 1);
    Mortal mortal = new Mortal(1, Optional.empty());
    assertThatThrownBy(() -> train(config, mortal, Optional.empty(), 1)).isInstanceOf(Death.class);
    assertSame(train(config, StateKeeper.NONE, mortal.last, 1), whole);
  }

  @Test
  void aTrainingGoesOnWhereScoresCannotBeSaved() {
    RunConfig config = remembering();
    TrainingResult whole = train(config, StateKeeper.NONE, Optional.empty(), 1);
    AtomicInteger opened = new AtomicInteger();
    RoundStore full =
        new RoundFolder(
            () -> {
              if (opened.getAndIncrement() > 0) {
                throw new IllegalStateException("Disk quota exceeded");
              }
              return new MemoryFolder("checkpoints");
            },
            RUN,
            Duration.ZERO);
    assertSame(train(config, StateKeeper.NONE, Optional.empty(), 1, full), whole);
  }

  @Test
  void theLastValuesAreKeptWhereTheBestAreNot() {
    diesAndGoesOn(
        TinyTask.config("method.name=random", "training.load_best_model_at_end=false"),
        LONGEST_LIFE);
  }

  @Test
  void withoutValidationTheLastValuesAreKept() {
    diesAndGoesOn(
        TinyTask.config("method.name=random", "data.validation=0", "training.optimizer=sgd"),
        LONGEST_LIFE);
  }

  @Test
  void patienceIsCountedThroughDeaths() {
    RunConfig config =
        TinyTask.config(
            "method.name=random",
            "training.eval_steps=1",
            "training.early_stopping_patience=3",
            "training.learning_rate=0.5");
    assertThat(train(config, StateKeeper.NONE, Optional.empty(), 1).steps()).isLessThan(32);
    diesAndGoesOn(config, 3);
  }

  @Test
  void aTrainingThatDiesAtEveryStateGoesOn() {
    diesAndGoesOn(TinyTask.config("method.name=sam", "training.max_steps=9"), 1);
  }

  @Test
  void theEndIsAStateLikeOthers() {
    RunConfig config = TinyTask.config("method.name=random", "training.max_steps=5");
    Mortal keeper = new Mortal(Integer.MAX_VALUE, Optional.empty());
    TrainingResult whole = train(config, keeper, Optional.empty(), 1);
    assertSame(train(config, StateKeeper.NONE, keeper.last, 1), whole);
    assertThat(whole.steps()).isEqualTo(5);
  }
}
