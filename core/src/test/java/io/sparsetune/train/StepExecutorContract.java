package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.RunConfig;
import io.sparsetune.local.LocalStepExecutor;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.task.Predictions;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link StepExecutor} does: the same bits as {@link LocalStepExecutor} on one thread,
 * whose own test is the readable one.
 */
public abstract class StepExecutorContract {
  protected static final String RANDOM = "method.name=random";

  /** An executor for {@link TinyTask}'s model and data. */
  protected abstract StepExecutor open(RunConfig config);

  private static ParameterLayout layout() {
    return TinyTask.spec().layout();
  }

  private static Mask everything() {
    ParameterLayout layout = layout();
    return Mask.none(layout)
        .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=random",
        "name=random method.scope=global",
        "name=bitfit method.sparsity=null",
        "name=magnitude",
        "name=magnitude method.scope=global method.include=[embeddings]",
        "name=sam method.scoring_dropout=true",
        "name=sam method.scope=global method.score_steps=6",
        "name=sam method.scoring_clip=0.05 method.scoring_dropout=true method.score_steps=6",
        "name=fisher method.samples=30",
        "name=fisher method.granularity=batch method.score_steps=3"
      })
  void choosesTheMaskThatTheLocalExecutorChooses(String method) {
    RunConfig config = TinyTask.config(("method." + method).split(" "));
    Mask expected;
    try (StepExecutor local = TinyTask.executor(config, 1)) {
      expected = TinyTask.mask(local, config);
    }
    try (StepExecutor executor = open(config)) {
      assertThat(TinyTask.mask(executor, config)).isEqualTo(expected);
      assertThat(expected.size()).isPositive();
    }
  }

  @Test
  void startsAtTheBase() {
    RunConfig config = TinyTask.config(RANDOM);
    try (StepExecutor executor = open(config)) {
      Mask mask = TinyTask.mask(executor, config);
      assertThat(executor.initialValues(everything())).isEqualTo(TinyTask.theta());
      assertThat(executor.initialValues(mask)).hasSize(mask.size());
      assertThat(executor.trainExamples()).isEqualTo(TinyTask.trainExamples().size());
    }
  }

  @ParameterizedTest
  @FieldSource("io.sparsetune.train.MethodCase#ALL")
  void trainsToTheSameBitsAsTheLocalExecutor(MethodCase method) {
    RunConfig config = method.config("training.eval_steps=7");
    TrainingResult expected;
    try (StepExecutor local = TinyTask.executor(config, 1)) {
      expected =
          new TrainingLoop(TinyTask.spec(config).layout(), config, local, TrainingListener.NONE)
              .run();
    }
    try (StepExecutor executor = open(config)) {
      TrainingResult result =
          new TrainingLoop(TinyTask.spec(config).layout(), config, executor, TrainingListener.NONE)
              .run();
      assertThat(result.trained()).isEqualTo(expected.trained());
      assertThat(result.values()).isEqualTo(expected.values());
      assertThat(result.evaluations()).isEqualTo(expected.evaluations());
      assertThat(result.keptStep()).isEqualTo(expected.keptStep());
      assertThat(result.steps()).isEqualTo(expected.steps()).isGreaterThanOrEqualTo(32);
    }
  }

  @Test
  void evaluatesOlderValuesAfterNewerSteps() {
    RunConfig config = TinyTask.config(RANDOM);
    try (StepExecutor executor = open(config)) {
      Mask mask = TinyTask.mask(executor, config);
      float[] start = executor.initialValues(mask);
      float[] moved = start.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += 0.5f;
      }
      Predictions before = executor.evaluate(new EvaluationRequest(2, "validation", mask, start));
      Predictions after = executor.evaluate(new EvaluationRequest(3, "validation", mask, moved));
      executor.step(new StepRequest(4, 0, mask, moved));
      Predictions again = executor.evaluate(new EvaluationRequest(5, "validation", mask, start));
      assertThat(again.logits()).isEqualTo(before.logits()).isNotEqualTo(after.logits());
      assertThat(again.targets())
          .isEqualTo(TinyTask.data(config).evaluation().get("validation").targets());
    }
  }

  @Test
  void everythingOutsideTheTrainedStaysTheBase() {
    RunConfig config = TinyTask.config(RANDOM);
    try (StepExecutor executor = open(config)) {
      Mask trained = TinyTask.mask(executor, config);
      float[] values = executor.initialValues(trained);
      for (int i = 0; i < values.length; i++) {
        values[i] += 0.25f;
      }
      executor.step(new StepRequest(2, 0, trained, values));
      // Another mask, at the base's values: what an engine that never saw the first one gives.
      float[] base = TinyTask.theta();
      GradientSum expected = stepAtBase(config, 3, base);
      GradientSum sum = executor.step(new StepRequest(3, 0, everything(), base));
      for (int i = 0; i < base.length; i++) {
        assertThat(sum.sum(i)).isEqualTo(expected.sum(i));
      }
      assertThat(sum.meanLoss()).isEqualTo(expected.meanLoss());
      assertThat(sum.examples()).isEqualTo(expected.examples());
      assertThat(sum.tokens()).isEqualTo(expected.tokens());
    }
  }

  private static GradientSum stepAtBase(RunConfig config, long sequence, float[] base) {
    try (StepExecutor local = TinyTask.executor(config, 1)) {
      return local.step(new StepRequest(sequence, 0, everything(), base));
    }
  }
}
