package io.sparsetune.method.mixout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.error.ConfigException;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.method.StepTransform;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.train.TinyTask;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MixoutLeeTest {
  private final ParameterLayout layout = TinyTask.spec().layout();
  private final Mask everything =
      Mask.none(layout)
          .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());

  private StepTransform transform(double q, float[] base) {
    MethodConfig method = MethodConfigs.method("mixout", "variant=lee", "replaced_share=" + q);
    return method
        .method()
        .stepTransform(new MaskProblem(layout, method, 3), everything, () -> base);
  }

  private static float[] filled(int size, float value) {
    float[] values = new float[size];
    Arrays.fill(values, value);
    return values;
  }

  private static boolean mixed(TensorSpec tensor) {
    return tensor.part() == Part.ENCODER && tensor.shape().size() == 2;
  }

  /** w = 2, θ⁰ = 1, q = ½: a step computes with 3 or 1, in the mean with 2. */
  @Test
  void aShareOfTheWeightsGoesBackAndTheMeanStays() {
    StepTransform transform = transform(0.5, filled(layout.size(), 1));
    float[] two = filled(layout.size(), 2);
    float[] values = transform.values(0, two);
    double sum = 0;
    int count = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      for (int i = 0; i < layout.tensor(t).size(); i++) {
        float value = values[layout.offset(t) + i];
        if (mixed(layout.tensor(t))) {
          assertThat(value).isIn(1f, 3f);
          sum += value;
          count++;
        } else {
          assertThat(value).isEqualTo(2);
        }
      }
    }
    assertThat(sum / count).isCloseTo(2, within(0.05));
    assertThat(two).containsOnly(2);
    assertThat(transform.values(0, two)).isEqualTo(values);
    assertThat(transform.values(1, two)).isNotEqualTo(values);
  }

  @Test
  void theGradientIsThatOfTheMixedValues() {
    double q = 0.2;
    StepTransform transform = transform(q, filled(layout.size(), 1));
    float[] values = transform.values(5, filled(layout.size(), 2));
    GradientSum gradient = new GradientSum(layout.size());
    gradient.add(0, filled(layout.size(), 1), 0, layout.size());
    transform.gradient(5, gradient);
    int back = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      for (int i = 0; i < layout.tensor(t).size(); i++) {
        int at = layout.offset(t) + i;
        boolean away = values[at] == 1;
        back += away ? 1 : 0;
        double expected = away ? 0 : mixed(layout.tensor(t)) ? 1 / (1 - q) : 1;
        assertThat(gradient.sum(at)).isCloseTo(expected, within(1e-11));
      }
    }
    assertThat(back).isPositive();
  }

  @Test
  void keysOfTheOtherVariantAreRefused() {
    assertThatThrownBy(() -> MethodConfigs.method("mixout", "variant=lee", "rounds=3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Invalid method.rounds")
        .hasMessageContaining("it has no meaning for method.name mixout of variant lee; remove it");
    assertThatThrownBy(() -> MethodConfigs.method("mixout", "variant=lee", "sparsity=0.1"))
        .hasMessageContaining("Invalid method.sparsity");
    assertThatThrownBy(() -> MethodConfigs.method("mixout", "replaced_share=0.3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Invalid method.replaced_share")
        .hasMessageContaining("it is for method.variant lee; remove it");
    assertThatThrownBy(() -> MethodConfigs.method("mixout", "variant=fu-code"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("this method has paper and lee");
    assertThatThrownBy(() -> MethodConfigs.method("random", "variant=lee"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("it has no meaning for method.name random; remove it");
  }

  @Test
  void saysThatTheResultIsDense() {
    MethodConfig method = MethodConfigs.method("mixout", "variant=lee");
    assertThat(method.method().warnings(new MaskProblem(layout, method, 1)))
        .containsExactly(
            "mixout of variant lee puts weights back for a step alone: what it trains is dense,"
                + " not p-sparse");
  }
}
