package io.sparsetune.train;

import static io.sparsetune.method.MethodConfigs.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.DataException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.task.Predictions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class TrainingLoopTest {
  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.layer.0.output.dense.weight", Part.ENCODER, 2, 2),
              TensorSpec.of("classifier.weight", Part.HEAD, 2)));

  /** Pulls every value towards 1; validation finds the share of labels that it is told to. */
  private final class Pulling implements StepExecutor {
    final List<Long> sequences = new ArrayList<>();
    final List<Long> steps = new ArrayList<>();
    private final double[] accuracies;
    private int evaluated;
    long examples = 10;
    int initialValuesAsked;
    long failingStep = -1;
    int failingRoundStep = 1;
    float logit = 1;

    Pulling(double... accuracies) {
      this.accuracies = accuracies;
    }

    @Override
    public long trainExamples() {
      return examples;
    }

    @Override
    public float[] initialValues(Mask mask) {
      initialValuesAsked++;
      return new float[mask.size()];
    }

    @Override
    public <T> T withScores(ScoresRequest request, Function<ScoreSource, T> use) {
      throw new IllegalStateException("No scores here");
    }

    @Override
    public GradientSum step(StepRequest request) {
      sequences.add(request.sequence());
      steps.add(request.step());
      if (request.step() == failingStep) {
        throw new NotFiniteException("A loss is NaN");
      }
      GradientSum sum = new GradientSum(request.values().length);
      for (int i = 0; i < request.values().length; i++) {
        sum.add(i, new float[] {2 * (request.values()[i] - 1)}, 0, 1);
      }
      sum.addLoss(1, 2);
      return sum;
    }

    @Override
    public Predictions evaluate(EvaluationRequest request) {
      sequences.add(request.sequence());
      int right = (int) Math.round(10 * accuracies[evaluated++]);
      float[] logits = new float[20];
      for (int e = 0; e < 10; e++) {
        logits[2 * e + (e < right ? 0 : 1)] = logit;
      }
      return new Predictions(2, logits, new float[10]);
    }

    @Override
    public RoundResult round(RoundRequest request) {
      throw new NotFiniteException("A loss is NaN").atStep(failingRoundStep);
    }

    @Override
    public void close() {}
  }

  /** Two steps an epoch; SGD whose every step halves the distance to 1. */
  private static RunConfig config(String... keyValues) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "training.batch_size=5",
                "training.micro_batch_size=5",
                "training.optimizer=sgd",
                "training.learning_rate=0.5",
                "training.lr_scheduler_type=constant",
                "training.warmup_steps=0",
                "training.max_grad_norm=none",
                "method.name=random",
                "method.sparsity=0.25",
                "training.num_train_epochs=2"));
    all.addAll(Arrays.asList(keyValues));
    return run(all.toArray(String[]::new));
  }

  private TrainingResult train(StepExecutor executor, String... keyValues) {
    return new TrainingLoop(layout, config(keyValues), executor, TrainingListener.NONE).run();
  }

  private static float after(int steps) {
    return 1 - (float) Math.pow(0.5, steps);
  }

  @Test
  void trainsMaskAndHeadThroughTheEpochs() {
    Pulling executor = new Pulling(0.5, 0.6);
    TrainingResult result = train(executor);
    assertThat(result.trained().size()).isEqualTo(3);
    assertThat(result.selection().head()).isEqualTo(2);
    assertThat(result.selection().parameters()).isEqualTo(4);
    assertThat(result.values()).containsExactly(after(4), after(4), after(4));
    assertThat(executor.steps).containsExactly(0L, 1L, 2L, 3L);
    assertThat(executor.sequences).isSorted().doesNotHaveDuplicates();
    assertThat(result.lastSequence())
        .isEqualTo(executor.sequences.get(executor.sequences.size() - 1));
    assertThat(result.evaluations()).extracting(EvaluationReport::step).containsExactly(2, 4);
  }

  @Test
  void theBestValuesAreKept() {
    TrainingResult result = train(new Pulling(0.7, 0.6));
    assertThat(result.keptStep()).isEqualTo(2);
    assertThat(result.values()).containsOnly(after(2));
    assertThat(result.steps()).isEqualTo(4);
    assertThat(result.kept().orElseThrow().value()).isEqualTo(0.7);
  }

  private int initialValuesAskedByATrainingThatGoesOn(String... keyValues) {
    AtomicReference<TrainingState> last = new AtomicReference<>();
    StateKeeper keeper =
        (milestone, change) -> {
          last.set(change.get());
          return last.get();
        };
    RunConfig config = config(keyValues);
    new TrainingLoop(layout, config, new Pulling(0.5, 0.6), TrainingListener.NONE, keeper).run();
    Pulling goingOn = new Pulling();
    new TrainingLoop(layout, config, goingOn, TrainingListener.NONE).run(Optional.of(last.get()));
    return goingOn.initialValuesAsked;
  }

  @Test
  void aTrainingThatGoesOnAsksForTheBaseOnlyWhereItsMethodComputesWithIt() {
    assertThat(initialValuesAskedByATrainingThatGoesOn()).isZero();
    assertThat(
            initialValuesAskedByATrainingThatGoesOn(
                "method.name=mixout", "method.variant=lee", "method.sparsity=null"))
        .isOne();
  }

  @Test
  void ofEqualEvaluationsTheEarlierIsKept() {
    TrainingResult result = train(new Pulling(0.5, 0.7, 0.7), "training.num_train_epochs=3");
    assertThat(result.keptStep()).isEqualTo(4);
    assertThat(result.evaluations())
        .extracting(EvaluationReport::best)
        .containsExactly(true, true, false);
  }

  @Test
  void theLastValuesAreKeptWhereTheBestAreNotAskedFor() {
    TrainingResult result = train(new Pulling(0.7, 0.6), "training.load_best_model_at_end=false");
    assertThat(result.keptStep()).isEqualTo(4);
    assertThat(result.values()).containsOnly(after(4));
  }

  @Test
  void withoutValidationDataTheLastValuesAreKept() {
    TrainingResult result = train(new Pulling(), "data.validation=0");
    assertThat(result.evaluations()).isEmpty();
    assertThat(result.keptStep()).isEqualTo(4);
    assertThat(result.values()).containsOnly(after(4));
  }

  @Test
  void evaluatesEveryEvalStepsAndAtTheEnd() {
    TrainingResult result =
        train(new Pulling(0.1, 0.2, 0.3), "training.eval_steps=3", "training.max_steps=7");
    assertThat(result.evaluations()).extracting(EvaluationReport::step).containsExactly(3, 6, 7);
    assertThat(result.evaluations())
        .extracting(EvaluationReport::epoch)
        .containsExactly(1.5, 3.0, 3.5);
  }

  @Test
  void stopsEarlyOncePatienceIsOutSinceTheBest() {
    TrainingResult result =
        train(
            new Pulling(0.5, 0.4, 0.6, 0.6, 0.5, 0.9),
            "training.eval_steps=1",
            "training.max_steps=6",
            "training.early_stopping_patience=2");
    assertThat(result.steps()).isEqualTo(5);
    assertThat(result.keptStep()).isEqualTo(3);
    assertThat(result.values()).containsOnly(after(3));
  }

  @Test
  void fractionsOfEpochsAreRoundedUpToSteps() {
    assertThat(TrainingPlan.of(config("training.num_train_epochs=0.6"), 10).steps()).isEqualTo(2);
    assertThat(TrainingPlan.of(config("training.num_train_epochs=1.5"), 10).steps()).isEqualTo(3);
    // 0.07 · 100 is 7.000000000000001 in double precision.
    assertThat(TrainingPlan.of(config("training.num_train_epochs=0.07"), 500).steps()).isEqualTo(7);
  }

  @Test
  void reportsEachStepToTheListener() {
    List<StepReport> steps = new ArrayList<>();
    List<String> others = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void planned(TrainingPlan plan) {
            others.add("planned " + plan.steps());
          }

          @Override
          public void maskSelected(MaskReport report) {
            others.add("mask " + report.mask().size());
          }

          @Override
          public void stepDone(StepReport report) {
            steps.add(report);
          }

          @Override
          public void evaluated(EvaluationReport report) {
            others.add("evaluated " + report.step());
          }
        };
    new TrainingLoop(layout, config(), new Pulling(0.5, 0.6), listener).run();
    assertThat(others).containsExactly("planned 4", "mask 1", "evaluated 2", "evaluated 4");
    assertThat(steps.get(0)).isEqualTo(new StepReport(1, 4, 0.5, 0.5, 0.5, Math.sqrt(3), 2, 0));
    assertThat(steps).extracting(StepReport::step).containsExactly(1, 2, 3, 4);
  }

  @Test
  void aLossThatIsNotFiniteNamesTheStep() {
    Pulling executor = new Pulling(0.5, 0.6);
    executor.failingStep = 2;
    assertThatThrownBy(() -> train(executor))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "Training diverged at step 3 of 4 (epoch 1.00): A loss is NaN; a lower"
                + " training.learning_rate or more training.warmup_ratio may help");
  }

  @Test
  void aRoundThatDivergesAtTheFirstStepOfAllHasNoLearningRateToBlame() {
    Pulling executor = new Pulling();
    assertThatThrownBy(() -> train(executor, "method.name=child", "method.rounds=1"))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "Training diverged in round 1 of 1: at step 1: A loss is NaN; nothing is trained yet,"
                + " so the model's weights may be damaged, or a regression's labels need a smaller"
                + " scale");
    executor.failingRoundStep = 2;
    assertThatThrownBy(() -> train(executor, "method.name=child", "method.rounds=1"))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "Training diverged in round 1 of 1: at step 2: A loss is NaN; a lower"
                + " training.learning_rate or more training.warmup_ratio may help");
  }

  @Test
  void aMaskThatComesOfDenseRoundsIsNotChosenAtTheBase() {
    MaskProblem problem = new MaskProblem(layout, config("method.name=child").method(), 1);
    assertThatThrownBy(() -> MaskChoice.atBase(problem, new Pulling(), 1, ScoreProgress.NONE))
        .hasMessage("Invalid method: child chooses its mask in dense rounds");
  }

  @Test
  void anOutputThatIsNotFiniteNamesTheStep() {
    Pulling executor = new Pulling(0.5, 0.6);
    executor.logit = Float.NaN;
    assertThatThrownBy(() -> train(executor))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "Training diverged by step 2 of 4: The model's output is not finite (NaN): training has"
                + " diverged. Try a lower training.learning_rate");
  }

  @Test
  void aParameterThatIsNotFiniteIsNeverTheResult() {
    assertThatThrownBy(
            () ->
                train(
                    new Pulling(),
                    "data.validation=0",
                    "training.max_steps=1",
                    "training.learning_rate=1e39"))
        .isInstanceOf(DivergedException.class)
        .hasMessage(
            "Training diverged by step 1 of 1: a trained parameter is Infinity; try a lower"
                + " training.learning_rate");
  }

  @Test
  void trainingDataWithoutExamplesAreRefused() {
    Pulling executor = new Pulling();
    executor.examples = 0;
    assertThatThrownBy(() -> train(executor))
        .isInstanceOf(DataException.class)
        .hasMessage("The training data has no examples");
  }

  @Test
  void warnsWhereTheMaskExceedsItsShare() {
    RunConfig config = config("method.sparsity=0.1");
    List<String> warnings = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void maskSelected(MaskReport report) {
            warnings.addAll(report.warnings());
          }
        };
    new TrainingLoop(layout, config, new Pulling(0.5, 0.6), listener).run();
    assertThat(warnings).singleElement().asString().contains("more than method.sparsity 0.1 of 4");
  }
}
