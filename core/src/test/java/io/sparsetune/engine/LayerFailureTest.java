package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.sums.GradientSum;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** A layer's failure comes out of the engine as what it is, not in a wrapping of BigDL's. */
class LayerFailureTest {
  /** So many tokens that an array of the intermediate size has more than a heap of 3 GB holds. */
  private static final int EXAMPLES = 1 << 14;

  private static final int WIDE = 1 << 16;

  private final EncoderConfig encoder =
      new EncoderConfig(Architecture.BERT, 11, 4, 1, 1, WIDE, Activation.GELU, 2, 1, 0, 1e-12);
  private final ModelSpec spec =
      new ModelSpec(encoder, Pooling.CLS, 2, Loss.CROSS_ENTROPY, Dropout.NONE);
  private final Engine engine = RoomEngine.open(spec, new float[spec.layout().size()]);

  @Test
  void tooLittleMemoryIsAnOutOfMemoryError() {
    Mask all = MaskedGradientTest.whole(spec.layout(), tensor -> true);
    engine.install(all, engine.gather(all));
    EngineWorker worker = engine.newWorker();
    MicroBatch batch = batch(EXAMPLES);
    assertThatThrownBy(() -> worker.logits(batch)).isExactlyInstanceOf(OutOfMemoryError.class);
    assertThatThrownBy(
            () -> worker.gradient(batch, EngineWorker.NO_DROPOUT, new GradientSum(all.size())))
        .isExactlyInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void anExceptionIsItself() {
    // One row of activations more than an array has elements.
    assertThatThrownBy(() -> engine.newWorker().logits(batch(2 * EXAMPLES)))
        .isExactlyInstanceOf(ArithmeticException.class)
        .hasMessage("integer overflow");
  }

  private static MicroBatch batch(int examples) {
    int[] ids = new int[examples];
    float[] targets = new float[examples];
    int[] starts = new int[examples + 1];
    Arrays.setAll(starts, e -> e);
    return new MicroBatch(ids, new int[examples], starts, targets);
  }
}
