package io.sparsetune.sums;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClippedSumTest {
  private static final int BATCHES = 5;
  private static final int MICRO_BATCHES = 3;
  private static final double MAX_NORM = 0.5;

  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.layer.0.a", Part.ENCODER, 30),
              TensorSpec.of("classifier.b", Part.HEAD, 6)));

  /** Batches 0, 2, … are large, the others too small to be clipped. */
  private static float[] gradient(int batch, int microBatch, int tensor, int size) {
    long key = Randomness.key(9, Purpose.SCORE_DROPOUT, batch, microBatch, tensor);
    float[] g = new float[size];
    for (int i = 0; i < size; i++) {
      g[i] = (float) ((batch % 2 == 0 ? 3 : 0.01) * (Randomness.uniform(key, i) - 0.4));
    }
    return g;
  }

  /** The last batch has fewer examples in a micro-batch. */
  private static int examples(int batch) {
    return batch == BATCHES - 1 ? 1 : 4;
  }

  private void feed(ClippedSum sum, int batch, int microBatch) {
    for (int t = 0; t < layout.tensorCount(); t++) {
      assertThat(sum.wants(t)).isTrue();
      sum.add(t, gradient(batch, microBatch, t, layout.tensor(t).size()), 0, examples(batch));
    }
    sum.addLoss(1, examples(batch));
  }

  private static long[] sums(ClippedSum sum) {
    return sum.sums().slices().next().sums();
  }

  @Test
  void eachBatchsMeanGradientIsClippedByTheWholeModelsNorm() {
    ClippedSum sum = new ClippedSum(layout, tensor -> tensor == 0, MAX_NORM);
    double[] expected = new double[30];
    for (int b = 0; b < BATCHES; b++) {
      double[][] mean = {new double[30], new double[6]};
      double squares = 0;
      for (int t = 0; t < 2; t++) {
        for (int m = 0; m < MICRO_BATCHES; m++) {
          float[] g = gradient(b, m, t, mean[t].length);
          for (int i = 0; i < g.length; i++) {
            mean[t][i] += g[i] / (double) (MICRO_BATCHES * examples(b));
          }
        }
        for (double g : mean[t]) {
          squares += g * g;
        }
      }
      double factor = Math.min(1, MAX_NORM / (Math.sqrt(squares) + 1e-6));
      assertThat(factor == 1).isEqualTo(b % 2 == 1);
      for (int i = 0; i < 30; i++) {
        expected[i] += factor * mean[0][i];
      }
      for (int m = 0; m < MICRO_BATCHES; m++) {
        feed(sum, b, m);
      }
      sum.endBatch();
    }
    SumSlice slice = sum.sums().slices().next();
    for (int i = 0; i < 30; i++) {
      assertThat(slice.sums()[i] * slice.unit()).isCloseTo(expected[i], within(1e-10));
    }
    assertThat(sum.sums().wants(1)).isFalse();
  }

  @Test
  void theOrderOfMicroBatchesAndOfBatchesDoesNotMatter() {
    ClippedSum forth = new ClippedSum(layout, tensor -> tensor == 0, MAX_NORM);
    ClippedSum back = new ClippedSum(layout, tensor -> tensor == 0, MAX_NORM);
    for (int b = 0; b < BATCHES; b++) {
      for (int m = 0; m < MICRO_BATCHES; m++) {
        feed(forth, b, m);
        feed(back, BATCHES - 1 - b, MICRO_BATCHES - 1 - m);
      }
      forth.endBatch();
      back.endBatch();
    }
    assertThat(sums(back)).isEqualTo(sums(forth));
  }

  @Test
  void aBatchWithoutExamplesAddsNothing() {
    ClippedSum sum = new ClippedSum(layout, tensor -> tensor == 0, MAX_NORM);
    feed(sum, 0, 0);
    sum.endBatch();
    long[] before = sums(sum);
    sum.endBatch();
    assertThat(sums(sum)).isEqualTo(before);
  }
}
