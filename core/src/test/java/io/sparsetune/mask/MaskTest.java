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
}
