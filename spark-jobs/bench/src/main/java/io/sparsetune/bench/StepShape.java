package io.sparsetune.bench;

import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;

/**
 * A model and a global batch to time: random weights, examples of equal length.
 *
 * @param name as {@code bench_torch.py} calls the shape
 * @param batch examples in a global batch
 * @param length tokens of an example
 * @param heap megabytes that a trainer's two threads get along with
 */
record StepShape(
    String name,
    int layers,
    int hidden,
    int intermediate,
    int batch,
    int length,
    int microBatch,
    int heap) {
  static final StepShape MINILM = new StepShape("minilm", 6, 384, 1536, 32, 64, 8, 450);
  static final StepShape BASE = new StepShape("base", 12, 768, 3072, 16, 128, 4, 1600);
  private static final int HEADS = 12;

  /** As many tokens in examples of another length. */
  StepShape withLength(int other) {
    int examples = Math.max(1, microBatch * length / other);
    int all = Math.max(examples, tokens() / other / examples * examples);
    return new StepShape(name, layers, hidden, intermediate, all, other, examples, heap);
  }

  StepShape withLayers(int other) {
    return new StepShape(name, other, hidden, intermediate, batch, length, microBatch, heap);
  }

  StepShape withHeap(int other) {
    return new StepShape(name, layers, hidden, intermediate, batch, length, microBatch, other);
  }

  ModelSpec model() {
    return new ModelSpec(
        new EncoderConfig(
            Architecture.BERT,
            30522,
            hidden,
            layers,
            HEADS,
            intermediate,
            Activation.GELU,
            512,
            2,
            0,
            1e-12),
        Pooling.POOLER,
        2,
        Loss.CROSS_ENTROPY,
        new Dropout(0.1, 0.1, 0.1));
  }

  int microBatches() {
    return batch / microBatch;
  }

  int tokens() {
    return batch * length;
  }

  /**
   * Floating-point operations that cannot be done without: forward products and attention, the
   * gradients of their inputs (none below the first layer's projections), and the mask's own
   * entries. The head reads each example's first state, so the last layer has to make no others:
   * all tokens have keys and values there, and only one a query.
   */
  double usefulFlops(Work work, int maskSize) {
    double all = 4.0 * hidden * hidden + 2.0 * hidden * intermediate;
    double keysAndValues = 2.0 * hidden * hidden;
    double products =
        2 * tokens() * ((layers - 1) * all + keysAndValues) + 2 * batch * (all - keysAndValues);
    double attention = 4.0 * length * hidden * batch * ((layers - 1.0) * length + 1);
    if (!work.trains()) {
      return products + attention;
    }
    double inputGradients = products - 2 * 3.0 * hidden * hidden * tokens();
    return products + inputGradients + 3 * attention + 2.0 * maskSize * tokens();
  }
}
