package io.sparsetune.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class MaskBudgetTest {
  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.layer.0.a.weight", Part.ENCODER, 10, 10),
              TensorSpec.of("encoder.layer.0.a.bias", Part.ENCODER, 10),
              TensorSpec.of("encoder.layer.0.b.weight", Part.ENCODER, 7, 10)));
  private final MaskScope scope = MaskScope.ofTensors(layout, List.of(0, 1, 2));

  private static MaskBudget share(double p, Scope scope) {
    return new MaskBudget(OptionalDouble.of(p), OptionalInt.empty(), scope);
  }

  private static MaskBudget count(int k, Scope scope) {
    return new MaskBudget(OptionalDouble.empty(), OptionalInt.of(k), scope);
  }

  private List<Long> kept(MaskBudget budget) {
    TopKGoal goal = budget.goal(layout, scope);
    return List.of(goal.keep(0), goal.keep(1), goal.keep(2));
  }

  @Test
  void aShareOfEachTensorIsRoundedDownButNeverToNone() {
    assertThat(kept(share(0.05, Scope.TENSOR))).containsExactly(5L, 1L, 3L);
    assertThat(kept(share(1, Scope.TENSOR))).containsExactly(100L, 10L, 70L);
  }

  @Test
  void aShareMeansTheDecimalNumberThatWasWritten() {
    // 0.29 · 100 is 28.999999999999996 in double precision.
    assertThat(kept(share(0.29, Scope.TENSOR))).containsExactly(29L, 2L, 20L);
  }

  @Test
  void aGlobalShareIsOfAllParametersInScope() {
    assertThat(share(0.05, Scope.GLOBAL).goal(layout, scope).size()).isEqualTo(9);
  }

  @Test
  void aCountIsDealtByLargestRemaindersAndExact() {
    assertThat(kept(count(9, Scope.TENSOR))).containsExactly(5L, 1L, 3L);
    assertThat(kept(count(1, Scope.TENSOR))).containsExactly(1L, 0L, 0L);
    for (int k = 1; k <= 180; k++) {
      assertThat(count(k, Scope.TENSOR).goal(layout, scope).size()).isEqualTo(k);
      assertThat(count(k, Scope.GLOBAL).goal(layout, scope).size()).isEqualTo(k);
    }
  }

  @Test
  void warnsWhereTheLeastOfOneTakesMoreThanTheShare() {
    assertThat(share(0.05, Scope.TENSOR).warning(layout, scope)).isEmpty();
    assertThat(share(0.01, Scope.GLOBAL).warning(layout, scope)).isEmpty();
    assertThat(share(0.01, Scope.TENSOR).warning(layout, scope))
        .hasValue(
            "The mask has 3 positions, more than method.sparsity 0.01 of 180 (1): every tensor has"
                + " at least one; method.scope global keeps within the share");
  }

  @Test
  void aGlobalShareOfNoneNamesTheSmallestThatWorks() {
    assertThatThrownBy(() -> share(0.001, Scope.GLOBAL).goal(layout, scope))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.sparsity: 0.001 of 180 parameters is none; the smallest that works is"
                + " 0.00556");
    assertThat(share(0.00556, Scope.GLOBAL).goal(layout, scope).size()).isEqualTo(1);
  }

  @Test
  void aCountAboveTheScopeIsRefused() {
    assertThatThrownBy(() -> count(2000, Scope.TENSOR).goal(layout, scope))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Invalid method.k: 2,000 of 180 parameters in the mask's scope");
  }
}
