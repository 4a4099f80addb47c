package io.sparsetune.method.childf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.config.RunConfig;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.method.Methods;
import io.sparsetune.method.StepTransform;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.TinyTask;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChildFTest {
  private static final double SHARE = 0.25;

  private final ParameterLayout layout = TinyTask.spec().layout();
  private final Mask everything =
      Mask.none(layout)
          .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());

  private StepTransform transform() {
    MethodConfig method = MethodConfigs.method("child_f", "kept_share=" + SHARE);
    return method
        .method()
        .stepTransform(new MaskProblem(layout, method, 1), everything, TinyTask::theta);
  }

  /** What becomes of a gradient of ones. */
  private double[] update(long step) {
    GradientSum gradient = new GradientSum(layout.size());
    float[] ones = new float[layout.size()];
    Arrays.fill(ones, 1);
    gradient.add(0, ones, 0, ones.length);
    transform().update(step, gradient);
    return IntStream.range(0, layout.size()).mapToDouble(gradient::sum).toArray();
  }

  @Test
  void aStepFollowsAFreshShareOfTheGradientWhoseMeanIsTheGradient() {
    double[] first = update(0);
    double[] second = update(1);
    int chosen = 0;
    int both = 0;
    int encoder = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      for (int i = 0; i < layout.tensor(t).size(); i++) {
        double g = first[layout.offset(t) + i];
        if (layout.tensor(t).part() == Part.HEAD) {
          assertThat(g).isEqualTo(1);
        } else {
          assertThat(g).isIn(0.0, 1 / SHARE);
          encoder++;
          chosen += g > 0 ? 1 : 0;
          both += g > 0 && second[layout.offset(t) + i] > 0 ? 1 : 0;
        }
      }
    }
    assertThat((double) chosen / encoder).isCloseTo(SHARE, within(0.02));
    assertThat((double) both / encoder).isCloseTo(SHARE * SHARE, within(0.02));
    assertThat(update(0)).isEqualTo(first);
  }

  /** One step of plain descent: what moves has moved 1 / p as far as it would with full. */
  @Test
  void trainingMovesTheChosenShareAlone() {
    float[] start = TinyTask.theta();
    float[] full = oneStep("method.name=full").values();
    float[] kept = oneStep("method.name=child_f", "method.kept_share=" + SHARE).values();
    double[] factor = update(0);
    for (int i = 0; i < start.length; i++) {
      double moved = (double) kept[i] - start[i];
      assertThat(moved).isCloseTo(factor[i] * ((double) full[i] - start[i]), within(1e-6));
      assertThat(factor[i] > 0 || kept[i] == start[i]).isTrue();
    }
  }

  /** By clipped plain descent: the norm is that of the whole gradient. */
  private TrainingResult oneStep(String... method) {
    String[] rest = {
      "method.sparsity=null",
      "training.max_steps=1",
      "training.optimizer=sgd",
      "training.warmup_steps=0",
      "training.max_grad_norm=0.1",
      "training.weight_decay=0",
      "training.learning_rate=0.5"
    };
    RunConfig config =
        TinyTask.config(
            IntStream.range(0, method.length + rest.length)
                .mapToObj(i -> i < method.length ? method[i] : rest[i - method.length])
                .toArray(String[]::new));
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      return new TrainingLoop(layout, config, executor, TrainingListener.NONE).run();
    }
  }

  @Test
  void saysThatTheResultIsDense() {
    MethodConfig method = MethodConfigs.method("child_f");
    MaskProblem problem = new MaskProblem(layout, method, 1);
    MaskReport report = oneStep("method.name=child_f").selection();
    assertThat(report.warnings())
        .isEqualTo(Methods.named("child_f").warnings(problem))
        .containsExactly(
            "child_f makes a sparse choice anew at each step: what it trains is dense, not"
                + " p-sparse");
    assertThat(report.trained().size()).isEqualTo(layout.size());
  }
}
