package io.sparsetune.train;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.engine.GradientSum;
import io.sparsetune.engine.NotFiniteException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.Methods;
import io.sparsetune.method.StepTransform;
import io.sparsetune.optim.GradientClip;
import io.sparsetune.optim.LearningRate;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.task.Metric;
import io.sparsetune.task.Metrics;
import java.util.ArrayList;
import java.util.List;

/**
 * Sparse fine-tuning: choose a mask, then move only what it chose, and the head. All dense work is
 * the executor's; here are k values, their moments and nothing of the model's size. An instance
 * runs once.
 */
public final class TrainingLoop {
  private static final String AT_THE_START =
      "nothing is trained yet, so the model's weights may be damaged, or a regression's labels need"
          + " a smaller scale";
  private static final String LATER =
      "a lower training.learning_rate or more training.warmup_ratio may help";

  private final ParameterLayout layout;
  private final RunConfig config;
  private final StepExecutor executor;
  private final TrainingListener listener;
  private final TrainingPlan plan;

  private final List<EvaluationReport> evaluations = new ArrayList<>();
  private long sequence;

  public TrainingLoop(
      ParameterLayout layout, RunConfig config, StepExecutor executor, TrainingListener listener) {
    this.layout = layout;
    this.config = config;
    this.executor = executor;
    this.listener = listener;
    this.plan = TrainingPlan.of(config, executor.trainExamples());
  }

  /**
   * Trains.
   *
   * @throws DivergedException when a loss, a gradient or an output is not finite
   */
  public TrainingResult run() {
    listener.planned(plan);
    MaskReport selection = selectMask();
    listener.maskSelected(selection);
    Mask trained = selection.trained();

    TrainingConfig training = config.training();
    SparseOptimizer optimizer = SparseOptimizer.of(training, layout, trained);
    LearningRate learningRate = LearningRate.of(training, plan.steps());
    float[] values = executor.initialValues(trained);
    StepTransform transform = config.method().method().stepTransform(problem(), trained, values);
    float[] kept = values;
    int keptStep = 0;
    int step = 0;
    while (step < plan.steps() && !outOfPatience()) {
      GradientSum gradient = gradient(step, trained, values, transform);
      double norm = GradientClip.norm(gradient);
      update(step, gradient, transform);
      double clip = GradientClip.factor(norm, training.maxGradNorm());
      double rate = learningRate.at(step);
      values = values.clone(); // The executor may still hold the old ones.
      optimizer.step(values, gradient, clip, rate);
      step++;
      listener.stepDone(report(step, gradient, rate, norm));
      boolean better = false;
      if (validates() && plan.evaluatesAfter(step)) {
        better = evaluate(step, trained, values);
      }
      if (better || !validates() || !training.loadBestModelAtEnd()) {
        kept = values;
        keptStep = step;
      }
    }
    requireFinite(kept, keptStep);
    return new TrainingResult(
        selection, kept, step, keptStep, evaluations, sequence, executor.bytesMoved());
  }

  private MaskReport selectMask() {
    MethodConfig method = config.method();
    MaskMethod rule = method.method();
    MaskProblem problem = problem();
    Mask mask;
    try {
      mask = executor.selectMask(new MaskRequest(++sequence, method, listener::scored));
    } catch (NotFiniteException e) {
      throw new DivergedException(
          "Cannot choose a mask: %s; %s".formatted(e.getMessage(), AT_THE_START), e);
    }
    return new MaskReport(
        rule.parameters(problem),
        mask,
        mask.withWhole(layout, Methods.headTensors(layout, method)),
        rule.warnings(problem));
  }

  private MaskProblem problem() {
    return new MaskProblem(layout, config.method(), config.training().seed());
  }

  private GradientSum gradient(int step, Mask trained, float[] values, StepTransform transform) {
    int stepsPerEpoch = plan.epochs().stepsPerEpoch();
    try {
      GradientSum gradient =
          executor.step(
              new StepRequest(
                  ++sequence,
                  step,
                  step / stepsPerEpoch,
                  step % stepsPerEpoch,
                  trained,
                  transform.values(step, values)));
      transform.gradient(step, gradient);
      return gradient;
    } catch (NotFiniteException e) {
      throw diverged(step, e);
    }
  }

  private void update(int step, GradientSum gradient, StepTransform transform) {
    try {
      transform.update(step, gradient);
    } catch (NotFiniteException e) {
      throw diverged(step, e);
    }
  }

  private DivergedException diverged(int step, NotFiniteException e) {
    return new DivergedException(
        "Training diverged at step %d of %d (epoch %.2f): %s; %s"
            .formatted(
                step + 1,
                plan.steps(),
                plan.epoch(step),
                e.getMessage(),
                step == 0 ? AT_THE_START : LATER),
        e);
  }

  private StepReport report(int step, GradientSum gradient, double rate, double norm) {
    return new StepReport(
        step,
        plan.steps(),
        plan.epoch(step),
        gradient.meanLoss(),
        rate,
        norm,
        gradient.examples(),
        gradient.tokens());
  }

  /** The last step's values have not been through the model. */
  private void requireFinite(float[] values, int step) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new DivergedException(
            "Training diverged by step %d of %d: a trained parameter is %s; try a lower training.learning_rate"
                .formatted(step, plan.steps(), value),
            null);
      }
    }
  }

  /** Whether there is validation data. */
  private boolean validates() {
    return !config.data().validation().isEmpty() || config.data().validationShare() > 0;
  }

  /**
   * Whether the values are the best so far; those that are only as good as earlier ones are not.
   */
  private boolean evaluate(int step, Mask trained, float[] values) {
    Metric metric = config.task().metric();
    double value;
    try {
      value =
          Metrics.score(
              metric,
              executor.evaluate(new EvaluationRequest(++sequence, "validation", trained, values)));
    } catch (DivergedException e) {
      throw new DivergedException(
          "Training diverged by step %d of %d: %s".formatted(step, plan.steps(), e.getMessage()),
          e);
    }
    boolean best = evaluations.stream().allMatch(e -> value > e.value());
    evaluations.add(new EvaluationReport(step, plan.epoch(step), metric, value, best));
    listener.evaluated(evaluations.get(evaluations.size() - 1));
    return best;
  }

  private boolean outOfPatience() {
    int sinceBest = 0;
    for (EvaluationReport evaluation : evaluations) {
      sinceBest = evaluation.best() ? 0 : sinceBest + 1;
    }
    return config.training().patience().isPresent()
        && sinceBest >= config.training().patience().getAsInt();
  }
}
