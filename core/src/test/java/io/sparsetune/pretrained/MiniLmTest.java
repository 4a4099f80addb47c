package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.testing.MiniLm;
import org.junit.jupiter.api.Test;

class MiniLmTest {
  private final BaseModel base = BaseModel.open(MiniLm.folder());

  @Test
  void sizesAreReadFromTheGraph() {
    assertThat(base.encoder())
        .isEqualTo(
            new EncoderConfig(
                Architecture.BERT, 30522, 384, 6, 12, 1536, Activation.GELU, 512, 2, 0, 1e-12));
  }
}
