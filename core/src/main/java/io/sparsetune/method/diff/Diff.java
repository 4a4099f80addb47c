package io.sparsetune.method.diff;

import io.sparsetune.keys.Key;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.RoundPlan.Finetuning;
import io.sparsetune.method.StepCount;
import io.sparsetune.method.Variant;
import io.sparsetune.optim.OptimizerRecipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * DiffPruning (Guo et al. 2021): a dense phase trains θ⁰ + z ⊙ w, where gates z are drawn at each
 * step and the chances of their being open are trained too, and paid for. At its end the
 * differences are sampled once and the k largest stay; then they are trained as they are.
 */
public final class Diff implements MaskMethod {
  /** What the penalty is over a model's gates. */
  public enum Penalty {
    SUM,
    MEAN
  }

  private static final double SUM_LAMBDA = 1.25e-7;
  private static final HardConcrete PAPER_GATES = new HardConcrete(-1.5, 1.5);
  private static final HardConcrete RELEASED_GATES = new HardConcrete(-3, 3);

  public static final Key<Double> LAMBDA =
      Key.number("method.lambda", "a number, 0 or more", v -> v >= 0)
          .absentMeans(Key.shown(SUM_LAMBDA) + "; 1 for a mean penalty")
          .note("diff: weight of the penalty, the gates' chances of being open");
  public static final Key<Penalty> PENALTY =
      Key.choice("method.penalty", Penalty.values())
          .absentMeans("sum; mean for fu-code")
          .note("diff: over all gates");
  public static final Key<Boolean> STRUCTURED =
      Key.flag("method.structured")
          .withDefault(false)
          .note("diff: one more gate for each tensor, which all of its positions share");
  public static final Key<Double> GATE_LOW =
      Key.number("method.gate_low", "a number below 0", v -> v < 0)
          .absentMeans(paperAndCode(HardConcrete::l))
          .note("diff: l, r: what gates are stretched to before they are cut off at 0 and 1");
  public static final Key<Double> GATE_HIGH =
      Key.number("method.gate_high", "a number above 1", v -> v > 1)
          .absentMeans(paperAndCode(HardConcrete::r));
  public static final Key<Double> ALPHA_START =
      Key.number("method.alpha_start", "a number", v -> true)
          .withDefault(5.0)
          .note("diff: where the gates' α starts; fu-code draws it");
  public static final Key<Double> ALPHA_LEARNING_RATE =
      Key.number("method.alpha_learning_rate", "a number above 0", v -> v > 0)
          .withDefault(0.1)
          .note("diff: constant, of an AdamW of its own; fu-code shares training.learning_rate");
  public static final Key<Double> FINETUNE_EPOCHS =
      Key.number("method.finetune_epochs", "a number above 0", v -> v > 0)
          .withDefault(3.0)
          .note("diff: on the chosen positions, after num_train_epochs of the dense phase");
  public static final Key<Double> FINETUNE_LEARNING_RATE =
      Key.number("method.finetune_learning_rate", "a number above 0", v -> v > 0).withDefault(5e-5);

  private final boolean releasedCode;

  public Diff() {
    this(false);
  }

  private Diff(boolean releasedCode) {
    this.releasedCode = releasedCode;
  }

  @Override
  public String name() {
    return "diff";
  }

  @Override
  public List<Key<?>> keys() {
    List<Key<?>> keys =
        new ArrayList<>(
            List.of(
                Variant.KEY, RoundPlan.WORKERS, LAMBDA, PENALTY, STRUCTURED, GATE_LOW, GATE_HIGH));
    keys.add(Variant.BURN_IN);
    if (!releasedCode) {
      keys.addAll(
          List.of(ALPHA_START, ALPHA_LEARNING_RATE, FINETUNE_EPOCHS, FINETUNE_LEARNING_RATE));
    }
    return List.copyOf(keys);
  }

  @Override
  public Map<Key<?>, String> problems(MethodOptions options) {
    return Variant.problems(options, Variant.FU_CODE, Variant.BURN_IN);
  }

  @Override
  public MaskMethod as(MethodOptions options) {
    return options.get(Variant.KEY).equals(Variant.FU_CODE) ? new Diff(true) : this;
  }

  @Override
  public Scope defaultScope(MethodOptions options) {
    return releasedCode ? Scope.TENSOR : Scope.GLOBAL;
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return new Evidence.DenseRounds(
        (optimizer, maxGradNorm) -> training(problem, optimizer, maxGradNorm),
        (round, distances) -> mask(problem, distances));
  }

  @Override
  public Optional<RoundPlan> rounds(MethodOptions options, int steps, int stepsPerEpoch) {
    int workers = options.get(RoundPlan.WORKERS);
    if (releasedCode) {
      return Optional.of(RoundPlan.once(Variant.burnIn(options, steps), workers));
    }
    Finetuning finetuning =
        new Finetuning(
            (int)
                Math.min(
                    Integer.MAX_VALUE,
                    StepCount.ofEpochs(options.get(FINETUNE_EPOCHS), stepsPerEpoch)),
            options.get(FINETUNE_LEARNING_RATE));
    return Optional.of(RoundPlan.once(steps, workers).then(finetuning));
  }

  private static String paperAndCode(ToDoubleFunction<HardConcrete> end) {
    return "%s; %s for %s"
        .formatted(
            Key.shown(end.applyAsDouble(PAPER_GATES)),
            Key.shown(end.applyAsDouble(RELEASED_GATES)),
            Variant.FU_CODE);
  }

  private DiffTraining training(
      MaskProblem problem, OptimizerRecipe optimizer, double maxGradNorm) {
    MethodOptions options = problem.config().options();
    MaskScope scope = problem.scope();
    boolean mean =
        options.find(PENALTY).orElse(releasedCode ? Penalty.MEAN : Penalty.SUM) == Penalty.MEAN;
    HardConcrete gates = releasedCode ? RELEASED_GATES : PAPER_GATES;
    double lambda = options.find(LAMBDA).orElse(mean ? 1 : SUM_LAMBDA);
    return new DiffTraining(
        scope.tensors(),
        new HardConcrete(
            options.find(GATE_LOW).orElse(gates.l()), options.find(GATE_HIGH).orElse(gates.r())),
        mean ? lambda / scope.size() : lambda,
        options.get(STRUCTURED),
        releasedCode
            ? Alphas.ofReleasedCode()
            : Alphas.of(options.get(ALPHA_START), options.get(ALPHA_LEARNING_RATE)),
        optimizer,
        maxGradNorm,
        releasedCode,
        problem.seed());
  }
}
