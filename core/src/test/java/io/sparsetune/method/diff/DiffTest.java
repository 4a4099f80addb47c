package io.sparsetune.method.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.error.ConfigException;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.RoundPlan.Finetuning;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.train.TinyTask;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiffTest {
  private final ParameterLayout layout = TinyTask.spec().layout();

  private DiffTraining training(String... keyValues) {
    MethodConfig method = MethodConfigs.method("diff", keyValues);
    MaskProblem problem = new MaskProblem(layout, method, 4);
    OptimizerRecipe optimizer = MethodConfigs.run().training().optimizer();
    Evidence.DenseRounds evidence = (Evidence.DenseRounds) method.method().evidence(problem);
    return (DiffTraining) evidence.training().with(optimizer, 1.0);
  }

  private long n() {
    return new MaskProblem(layout, MethodConfigs.method("diff"), 1).scope().size();
  }

  @Test
  void defaultsAreThePapers() {
    DiffTraining paper = training();
    assertThat(paper.concrete()).isEqualTo(new HardConcrete(-1.5, 1.5));
    assertThat(paper.alphas()).isEqualTo(Alphas.of(5, 0.1));
    assertThat(paper.lambda()).isEqualTo(1.25e-7);
    assertThat(paper.structured()).isFalse();
    assertThat(paper.byAlpha()).isFalse();
    assertThat(training("penalty=mean").lambda()).isCloseTo(1.0 / n(), within(1e-15));
    MethodConfig config = MethodConfigs.method("diff");
    assertThat(config.budget().orElseThrow().scope()).isEqualTo(Scope.GLOBAL);
    RoundPlan plan = config.method().rounds(config.options(), 70, 10).orElseThrow();
    assertThat(plan).isEqualTo(RoundPlan.once(70, 1).then(new Finetuning(30, 5e-5)));
  }

  @Test
  void everySettingIsTaken() {
    DiffTraining set =
        training(
            "lambda=0.5",
            "penalty=mean",
            "structured=true",
            "gate_low=-0.1",
            "gate_high=1.1",
            "alpha_start=-2",
            "alpha_learning_rate=0.3");
    assertThat(set.lambda()).isCloseTo(0.5 / n(), within(1e-15));
    assertThat(set.structured()).isTrue();
    assertThat(set.concrete()).isEqualTo(new HardConcrete(-0.1, 1.1));
    assertThat(set.alphas()).isEqualTo(Alphas.of(-2, 0.3));
    MethodConfig config =
        MethodConfigs.method(
            "diff", "workers=2", "finetune_epochs=0.25", "finetune_learning_rate=1e-4");
    assertThat(config.method().rounds(config.options(), 70, 10).orElseThrow())
        .isEqualTo(RoundPlan.once(70, 2).then(new Finetuning(3, 1e-4)));
  }

  @Test
  void theReleasedCodesFormIsAnotherTraining() {
    DiffTraining code = training("variant=fu-code");
    assertThat(code.concrete()).isEqualTo(new HardConcrete(-3, 3));
    assertThat(code.alphas().shared()).isTrue();
    assertThat(code.lambda()).isCloseTo(1.0 / n(), within(1e-15));
    assertThat(code.byAlpha()).isTrue();
    MethodConfig config = MethodConfigs.method("diff", "variant=fu-code");
    assertThat(config.budget().orElseThrow().scope()).isEqualTo(Scope.TENSOR);
    assertThat(config.method().rounds(config.options(), 700, 10).orElseThrow())
        .isEqualTo(RoundPlan.once(500, 1));
    assertThatThrownBy(() -> config.method().rounds(config.options(), 500, 10))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.burn_in: 500 steps leave none of the training's 500 steps to train"
                + " inside the mask; use fewer, or a longer training");
  }

  @Test
  void aVariantThatAMethodHasNotIsRefusedWithThoseThatItHas() {
    assertThatThrownBy(() -> MethodConfigs.method("diff", "variant=fu_code"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Invalid method.variant: 'fu_code'")
        .hasMessageContaining("this method has paper and fu-code")
        .hasMessageNotContaining("lee");
    assertThatThrownBy(() -> MethodConfigs.method("mixout", "variant=fu_code"))
        .hasMessageContaining("this method has paper and lee")
        .hasMessageNotContaining("fu-code");
    for (String method : List.of("sam", "child", "lora", "full")) {
      assertThatThrownBy(() -> MethodConfigs.method(method, "variant=fu_code"))
          .hasMessageContaining("'fu_code'")
          .hasMessageContaining("it has no meaning for method.name " + method + "; remove it")
          .hasMessageNotContainingAny("paper", "fu-code", "lee");
    }
  }

  @Test
  void whatMeansNothingIsRefused() {
    assertThatThrownBy(() -> MethodConfigs.method("diff", "burn_in=10"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Invalid method.burn_in")
        .hasMessageContaining("it is for method.variant fu-code; remove it");
    assertThatThrownBy(() -> MethodConfigs.method("magnitude", "burn_in=10"))
        .hasMessageContaining("it is for method.variant fu-code; remove it");
    assertThatThrownBy(
            () -> MethodConfigs.method("diff", "variant=fu-code", "alpha_learning_rate=0.1"))
        .hasMessageContaining("it has no meaning for method.name diff of variant fu-code");
    assertThatThrownBy(() -> MethodConfigs.method("diff", "variant=lee"))
        .hasMessageContaining("this method has paper and fu-code");
    assertThatThrownBy(() -> MethodConfigs.method("diff", "gate_low=0"))
        .hasMessageContaining("Invalid method.gate_low: '0'")
        .hasMessageContaining("expected a number below 0");
    assertThatThrownBy(() -> MethodConfigs.method("diff", "gate_high=1"))
        .hasMessageContaining("expected a number above 1");
  }
}
