package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.RunConfig;
import io.sparsetune.engine.Engine;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.mask.MaskScope;
import io.sparsetune.method.Methods;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What every method keeps, whatever its rule, on a task that can be learnt. */
class MethodContractTest {
  private static final String LAST_VALUES = "training.load_best_model_at_end=false";

  static Stream<MethodCase> all() {
    return MethodCase.ALL.stream();
  }

  static Stream<MethodCase> withBudget() {
    return all().filter(MethodCase::hasBudget);
  }

  @Test
  void noMethodIsLeftOut() {
    assertThat(all().map(MethodCase::method).distinct().toList())
        .containsExactlyInAnyOrderElementsOf(Methods.names());
  }

  @ParameterizedTest
  @MethodSource("withBudget")
  void takesExactlyItsShareOfEachTensor(MethodCase method) {
    RunConfig config = method.config("method.scope=tensor", "method.sparsity=0.03");
    Training training = new Training(config, 1);
    MaskScope scope = training.scope();
    Mask mask = training.result.selection().mask();
    for (int t = 0; t < training.layout.tensorCount(); t++) {
      int size = training.layout.tensor(t).size();
      int share =
          BigDecimal.valueOf(3, 2)
              .multiply(BigDecimal.valueOf(size))
              .setScale(0, RoundingMode.FLOOR)
              .intValueExact();
      assertThat(mask.count(t))
          .as(training.layout.tensor(t).name())
          .isEqualTo(scope.tensors().contains(t) ? Math.max(1, share) : 0);
    }
  }

  @ParameterizedTest
  @MethodSource("withBudget")
  void takesExactlyItsShareOfAll(MethodCase method) {
    Training training =
        new Training(method.config("method.scope=global", "method.sparsity=0.03"), 1);
    long n = training.scope().size();
    assertThat(training.result.selection().parameters()).isEqualTo(n);
    assertThat(training.result.selection().mask().size()).isEqualTo((int) (n * 3 / 100));
  }

  @ParameterizedTest
  @MethodSource("all")
  void leavesEverythingElseAtTheBasesBits(MethodCase method) {
    Training training = new Training(method.config(), 1);
    Mask trained = training.result.trained();
    float[] after = training.theta();
    float[] expected = TinyTask.theta(training.config);
    trained.scatter(training.layout, expected, training.lastValues());
    assertThat(after).isEqualTo(expected);
    float[] start = trained.gather(training.layout, TinyTask.theta(training.config));
    assertThat(Arrays.equals(training.result.values(), start)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("all")
  void theHeadIsTrainedWholeBesideTheMask(MethodCase method) {
    Training training = new Training(method.config(), 1);
    for (int t = 0; t < training.layout.tensorCount(); t++) {
      if (training.layout.tensor(t).part() == Part.HEAD) {
        assertThat(training.result.trained().isWhole(t)).isTrue();
        assertThat(training.result.selection().mask().count(t)).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void learnsTheTask(MethodCase method) {
    Training training = new Training(method.config(), 1);
    List<Double> losses = training.losses;
    int epoch = training.plan.epochs().stepsPerEpoch();
    // What a coin gives: a first loss above it may be a penalty's, and is not to be learnt.
    double first = Math.min(mean(losses.subList(0, epoch)), Math.log(2));
    double last = mean(losses.subList(losses.size() - epoch, losses.size()));
    assertThat(last).isLessThan(0.8 * first);
  }

  @ParameterizedTest
  @EnumSource(Scope.class)
  void everythingAllowedIsFullTuning(Scope scope) {
    Training full =
        new Training(
            TinyTask.config(
                "method.name=full",
                "method.sparsity=null",
                "method.include=['encoder.layer.*']",
                LAST_VALUES),
            1);
    for (MethodCase method : withBudget().filter(MethodCase::fullAtOne).toList()) {
      Training training =
          new Training(
              method.config(
                  "method.sparsity=1",
                  "method.scope=" + scope.name().toLowerCase(Locale.ROOT),
                  LAST_VALUES),
              1);
      assertThat(training.result.trained()).as(method.toString()).isEqualTo(full.result.trained());
      assertThat(training.result.values()).as(method.toString()).isEqualTo(full.result.values());
    }
  }

  @ParameterizedTest
  @MethodSource("withBudget")
  void aWiderBudgetHoldsMore(MethodCase method) {
    int before = 0;
    for (double p : new double[] {0.01, 0.1, 0.5, 1}) {
      RunConfig config = method.config("method.scope=global", "method.sparsity=" + p);
      MaskBudget budget = config.method().budget().orElseThrow();
      Training training = new Training(config, 1);
      int k = training.result.selection().mask().size();
      assertThat((long) k)
          .isEqualTo(budget.goal(training.layout, training.scope()).size())
          .isGreaterThan(before);
      before = k;
    }
  }

  private static double mean(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
  }

  /** One training on the tiny task, and the engine that it left. */
  private static final class Training implements TrainingListener {
    private final RunConfig config;
    private final ParameterLayout layout;
    private final List<Double> losses = new ArrayList<>();
    private final AtomicReference<Engine> engine = new AtomicReference<>();
    private final TrainingResult result;
    private TrainingPlan plan;

    Training(RunConfig config, int threads) {
      this.config = config;
      this.layout = TinyTask.spec(config).layout();
      try (StepExecutor executor =
          TinyTask.executor(
              config,
              threads,
              () -> {
                engine.set(TinyTask.engine(config));
                return engine.get();
              })) {
        result = new TrainingLoop(layout, config, executor, this).run();
      }
    }

    @Override
    public void planned(TrainingPlan newPlan) {
      plan = newPlan;
    }

    @Override
    public void roundDone(RoundReport report, List<StepReport> steps) {
      steps.forEach(step -> losses.add(step.loss()));
    }

    @Override
    public void stepDone(StepReport report) {
      losses.add(report.loss());
    }

    MaskScope scope() {
      return MaskScope.of(layout, config.method().range());
    }

    /** What the engine holds now, all of it. */
    float[] theta() {
      return engine.get().gather(everything());
    }

    /** What the engine holds now where something is trained. */
    float[] lastValues() {
      return engine.get().gather(result.trained());
    }

    private Mask everything() {
      return Mask.none(layout)
          .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());
    }
  }
}
