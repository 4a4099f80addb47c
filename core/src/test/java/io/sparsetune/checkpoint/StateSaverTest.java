package io.sparsetune.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.checkpoint.StateSaver.Manner;
import io.sparsetune.checkpoint.StateSaver.Schedule;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.mask.Mask;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.StepTally;
import io.sparsetune.train.StateKeeper.Milestone;
import io.sparsetune.train.TrainingState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StateSaverTest {
  private static final Duration NEVER = Duration.ofDays(1);

  private final ParameterLayout layout =
      new ParameterLayout(List.of(TensorSpec.of("encoder.weight", Part.ENCODER, 2, 2)));
  private final Mask mask = new Mask.Builder(layout).positions(0, new int[] {1, 3}).build();
  private final float[] moment = new float[2];
  private final List<Checkpoint> written = Collections.synchronizedList(new ArrayList<>());
  private final List<String> problems = new ArrayList<>();

  private StateSaver saver(StateSaver.Target target, Duration every, Manner manner) {
    return new StateSaver(
        target,
        new Schedule(every, manner),
        new StateSaver.Run(
            "run",
            () -> new StepTally(1, 2, 3, 4),
            () -> 5.0,
            () -> Optional.of(new BytesMoved(6, 7, 8))),
        problems::add);
  }

  private TrainingState state(int step) {
    moment[0] = step;
    return new TrainingState(
        mask,
        new TrainedState(
            mask, new float[] {step, step}, new OptimizerState(step, new float[][] {moment})),
        step,
        new float[2],
        0,
        List.of(),
        List.of());
  }

  private List<Integer> steps() {
    return written.stream().map(checkpoint -> checkpoint.state().step()).toList();
  }

  @Test
  void savesByTimeAtEachEvaluationAndAtEachSelection() {
    try (StateSaver saver = saver(written::add, NEVER, Manner.ASIDE)) {
      saver.advance(Milestone.SELECTION, () -> state(0));
      saver.advance(Milestone.STEP, () -> state(1));
      saver.advance(Milestone.EVALUATION, () -> state(2));
      saver.advance(Milestone.STEP, () -> state(3));
    }
    assertThat(steps()).containsExactly(0, 2);
    written.clear();
    try (StateSaver saver = saver(written::add, Duration.ZERO, Manner.WAITING)) {
      saver.advance(Milestone.STEP, () -> state(1));
      saver.advance(Milestone.STEP, () -> state(2));
    }
    assertThat(steps()).containsExactly(1, 2);
  }

  @Test
  void aStateOfTheModelsSizeIsNotSavedAtEachEvaluation() {
    try (StateSaver saver = saver(written::add, NEVER, Manner.WAITING)) {
      saver.advance(Milestone.SELECTION, () -> state(0));
      saver.advance(Milestone.EVALUATION, () -> state(2));
    }
    assertThat(steps()).containsExactly(0);
  }

  @Test
  void savesWhatTheLogAndTheResultNeed() {
    try (StateSaver saver = saver(written::add, NEVER, Manner.ASIDE)) {
      saver.advance(Milestone.SELECTION, () -> state(0));
    }
    Checkpoint checkpoint = written.get(0);
    assertThat(checkpoint.runId()).isEqualTo("run");
    assertThat(checkpoint.tally()).isEqualTo(new StepTally(1, 2, 3, 4));
    assertThat(checkpoint.seconds()).isEqualTo(5);
    assertThat(checkpoint.moved()).contains(new BytesMoved(6, 7, 8));
  }

  /** The optimizer goes on writing into its moments meanwhile. */
  @Test
  void stepsGoOnWhileAStateIsWritten() throws Exception {
    CountDownLatch mayWrite = new CountDownLatch(1);
    List<Float> moments = new ArrayList<>();
    try (StateSaver saver =
        saver(
            checkpoint -> {
              await(mayWrite);
              written.add(checkpoint);
              moments.add(checkpoint.state().current().optimizer().moments()[0][0]);
            },
            Duration.ZERO,
            Manner.ASIDE)) {
      saver.advance(Milestone.STEP, () -> state(1));
      saver.advance(Milestone.STEP, () -> state(2));
      saver.advance(Milestone.STEP, () -> state(3));
      assertThat(written).isEmpty();
      mayWrite.countDown();
    }
    assertThat(steps()).containsExactly(1);
    assertThat(moments).containsExactly(1f);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aStateThatCannotBeSavedIsSaidOnceAndTheTrainingGoesOn() {
    try (StateSaver saver =
        saver(
            checkpoint -> {
              throw new IOException("No space left on device");
            },
            Duration.ZERO,
            Manner.WAITING)) {
      saver.advance(Milestone.STEP, () -> state(1));
      assertThat(saver.advance(Milestone.STEP, () -> state(2)).step()).isEqualTo(2);
      assertThat(saver.saveNow(Duration.ofSeconds(1))).isEmpty();
    }
    assertThat(problems).singleElement().asString().contains("No space left on device");
  }

  /** As clients of object stores do. */
  @Test
  void aFileSystemsOwnErrorIsNotWorthATraining() {
    for (Manner manner : Manner.values()) {
      problems.clear();
      try (StateSaver saver =
          saver(
              checkpoint -> {
                throw new IllegalStateException("503 Slow Down");
              },
              Duration.ZERO,
              manner)) {
        saver.advance(Milestone.EVALUATION, () -> state(1));
        saver.advance(Milestone.EVALUATION, () -> state(2));
      }
      assertThat(problems).singleElement().asString().contains("503 Slow Down");
    }
  }

  @Test
  void aStateThatNothingWritesAnyMoreIsNotSaidToBeSaved() {
    StateSaver saver = saver(written::add, NEVER, Manner.ASIDE);
    saver.advance(Milestone.SELECTION, () -> state(0));
    saver.advance(Milestone.STEP, () -> state(1));
    saver.close();
    assertThat(saver.saveNow(Duration.ofSeconds(1))).isEmpty();
    assertThat(steps()).containsExactly(0);
  }

  @Test
  void aRunThatAnotherCommandHasTakenOverEnds() {
    for (Manner manner : Manner.values()) {
      StateSaver saver =
          saver(
              checkpoint -> {
                throw new TakenOverException("taken over");
              },
              Duration.ZERO,
              manner);
      assertThatThrownBy(
              () -> {
                for (int step = 1; step < 1_000; step++) {
                  int now = step;
                  saver.advance(Milestone.EVALUATION, () -> state(now));
                }
              })
          .isInstanceOf(TakenOverException.class);
    }
  }

  @Test
  void theStateOfTheMomentIsSavedOnce() {
    try (StateSaver saver = saver(written::add, NEVER, Manner.ASIDE)) {
      assertThat(saver.saveNow(Duration.ofSeconds(1))).isEmpty();
      saver.advance(Milestone.SELECTION, () -> state(0));
      saver.advance(Milestone.STEP, () -> state(1));
      assertThat(saver.saveNow(Duration.ofSeconds(1))).contains(1);
      assertThat(saver.saveNow(Duration.ofSeconds(1))).contains(1);
    }
    assertThat(steps()).containsExactly(0, 1);
  }

  @Test
  void aStateThatIsWrittenAsideIsThereWhenTheProcessIsAboutToEnd() {
    CountDownLatch mayWrite = new CountDownLatch(1);
    try (StateSaver saver =
        saver(
            checkpoint -> {
              await(mayWrite);
              written.add(checkpoint);
            },
            NEVER,
            Manner.ASIDE)) {
      saver.advance(Milestone.EVALUATION, () -> state(4));
      mayWrite.countDown();
      assertThat(saver.saveNow(Duration.ofSeconds(30))).contains(4);
      assertThat(steps()).contains(4);
    }
  }

  @Test
  void aChangeThatTakesTooLongIsNotWaitedFor() throws Exception {
    CountDownLatch changing = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    try (StateSaver saver = saver(written::add, NEVER, Manner.ASIDE)) {
      Thread training =
          new Thread(
              () ->
                  saver.advance(
                      Milestone.STEP,
                      () -> {
                        changing.countDown();
                        await(mayEnd);
                        return state(1);
                      }));
      training.start();
      await(changing);
      assertThat(saver.saveNow(Duration.ofMillis(20))).isEmpty();
      mayEnd.countDown();
      training.join();
      assertThat(saver.saveNow(Duration.ofSeconds(1))).contains(1);
    }
  }
}
