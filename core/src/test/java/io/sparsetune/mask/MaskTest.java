package io.sparsetune.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskTest {
  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("a", Part.ENCODER, 3),
              TensorSpec.of("b", Part.ENCODER, 2),
              TensorSpec.of("c", Part.ENCODER, 2, 2)));
  private final Mask mask =
      new Mask.Builder(layout).whole(1).positions(2, new int[] {0, 3}).build();

  @Test
  void valuesAreGatheredAndScatteredByOrdinal() {
    float[] theta = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    assertThat(mask.gather(layout, theta)).containsExactly(3, 4, 5, 8);
    mask.scatter(layout, theta, new float[] {30, 40, 50, 80});
    assertThat(theta).containsExactly(0, 1, 2, 30, 40, 50, 6, 7, 80);
  }

  @Test
  void aModelOrValuesOfAnotherSizeAreRefused() {
    assertThatThrownBy(() -> mask.gather(layout, new float[8]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid model: 8 parameters, a layout of 9 in 3 tensors, a mask of 3 tensors");
    assertThatThrownBy(() -> mask.scatter(layout, new float[9], new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid values: 3 for a mask of 4");
  }

  @Test
  void whatTwoMasksHaveInCommonIsCopied() {
    Mask other = new Mask.Builder(layout).positions(1, new int[] {1}).whole(2).build();
    float[] into = {9, 9, 9, 9, 9};
    assertThat(mask.copyCommon(new float[] {1, 2, 3, 4}, other, into)).isEqualTo(3);
    assertThat(into).containsExactly(2, 3, 9, 9, 4);
    float[] back = {7, 7, 7, 7};
    assertThat(other.copyCommon(into, mask, back)).isEqualTo(3);
    assertThat(back).containsExactly(7, 2, 3, 4);
    assertThat(Mask.none(layout).copyCommon(new float[0], mask, back)).isZero();
  }

  @Test
  void positionsAreNumberedInATensor() {
    assertThat(mask.numberAt(0, 2)).isZero();
    assertThat(mask.numberAt(1, 1)).isEqualTo(1);
    assertThat(mask.numberAt(1, 9)).isEqualTo(2);
    assertThat(List.of(mask.numberAt(2, 0), mask.numberAt(2, 1), mask.numberAt(2, 3)))
        .containsExactly(0, 1, 1);
    assertThat(mask.numberAt(2, 4)).isEqualTo(2);
    assertThat(mask.position(1, 1)).isEqualTo(1);
    assertThat(mask.position(2, 1)).isEqualTo(3);
  }
}
