package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.testing.GoldenModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads that no golden model has: their numbers from the hidden states, their gradients. */
class PoolingTest {

  @ParameterizedTest
  @CsvSource({"bert, CLS", "bert, MEAN", "bert, POOLER", "roberta, MEAN", "roberta, POOLER"})
  void logitsAreThoseOfThePooledStates(String name, Pooling pooling) {
    GoldenModel model = withHead(name, pooling);
    MicroBatch batch = GoldenModel.pack(model.examples(0));
    EngineWorker worker = RoomEngine.open(model.spec(), model.theta().clone()).newWorker();
    float[] logits = worker.logits(batch);
    float[] states = ((InspectedWorker) worker).hiddenStates(batch);
    int outputs = model.spec().outputs();
    for (int e = 0; e < batch.examples(); e++) {
      double[] x = pooled(states, batch, e, pooling == Pooling.MEAN);
      if (pooling == Pooling.POOLER) {
        x = linear(model, "pooler.dense", x);
        for (int i = 0; i < x.length; i++) {
          x[i] = Math.tanh(x[i]);
        }
      }
      double[] expected = linear(model, "classifier", x);
      for (int o = 0; o < outputs; o++) {
        assertThat((double) logits[e * outputs + o]).isCloseTo(expected[o], within(1e-5));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"bert, CLS", "bert, MEAN", "roberta, MEAN", "roberta, POOLER"})
  void theGradientIsThatOfTheLoss(String name, Pooling pooling) {
    GoldenModel model = withHead(name, pooling);
    EngineBehaviourTest.gradientIsThatOfTheLoss(
        model.withDropout(0.3), model.theta(), GoldenModel.pack(model.examples(0)));
  }

  /** The golden encoder under that head, which is drawn wide enough for the encoder to matter. */
  private static GoldenModel withHead(String name, Pooling pooling) {
    GoldenModel model = GoldenModel.read(name, pooling);
    ParameterLayout layout = model.spec().layout();
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.HEAD) {
        long key = Randomness.key(3, Randomness.Purpose.HEAD_INITIALISATION);
        for (int i = layout.offset(t); i < layout.offset(t) + layout.tensor(t).size(); i++) {
          model.theta()[i] = (float) (0.3 * Randomness.normal(key, i));
        }
      }
    }
    return model;
  }

  /** The example's own state of [hidden, examples], or the mean of its own of [hidden, tokens]. */
  private static double[] pooled(float[] states, MicroBatch batch, int example, boolean mean) {
    int from = mean ? batch.starts()[example] : example;
    int to = mean ? batch.starts()[example + 1] : from + 1;
    int columns = mean ? batch.tokens() : batch.examples();
    double[] pooled = new double[states.length / columns];
    for (int f = 0; f < pooled.length; f++) {
      for (int t = from; t < to; t++) {
        pooled[f] += (double) states[f * columns + t] / (to - from);
      }
    }
    return pooled;
  }

  private static double[] linear(GoldenModel model, String layer, double[] x) {
    ParameterLayout layout = model.spec().layout();
    int weight = layout.offset(layout.indexOf(layer + ".weight"));
    int bias = layout.indexOf(layer + ".bias");
    double[] y = new double[layout.tensor(bias).size()];
    for (int o = 0; o < y.length; o++) {
      y[o] = model.theta()[layout.offset(bias) + o];
      for (int i = 0; i < x.length; i++) {
        y[o] += x[i] * model.theta()[weight + o * x.length + i];
      }
    }
    return y;
  }
}
