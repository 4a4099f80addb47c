package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine in the room against PyTorch and transformers. */
class GoldenEngineTest {

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void forwardAgreesWithTransformers(String name) {
    GoldenModel model = GoldenModel.read(name);
    forwardAgrees(model, model.examples(0), model.expected("forward"), 1e-5f, 1e-5f);
  }

  @Test
  void forwardOfARealModelAgrees() {
    GoldenModel model = GoldenModel.readMiniLm();
    forwardAgrees(model, model.sentences(), model.expected("expected"), 1e-4f, 1e-5f);
  }

  private static void forwardAgrees(
      GoldenModel model,
      List<MicroBatch> examples,
      GoldenTensors expected,
      float stateTolerance,
      float tolerance) {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    EngineWorker worker = engine.newWorker();
    MicroBatch batch = GoldenModel.pack(examples);
    assertThat(worker.logits(batch)).containsExactly(expected.floats("logits"), within(tolerance));

    float[] states = allStates(model, worker, batch);
    float[] wanted = expected.floats("last_hidden_state");
    int[] shape = expected.shape("last_hidden_state");
    double worst = 0;
    for (int e = 0; e < examples.size(); e++) {
      for (int t = 0; t < examples.get(e).tokens(); t++) {
        for (int f = 0; f < shape[2]; f++) {
          float state = states[f * batch.tokens() + batch.starts()[e] + t];
          worst = Math.max(worst, Math.abs(state - wanted[(e * shape[1] + t) * shape[2] + f]));
        }
      }
    }
    assertThat(worst).as("largest difference of hidden states").isLessThanOrEqualTo(stateTolerance);

    GradientSum sum = new GradientSum(0);
    worker.gradient(batch, EngineWorker.NO_DROPOUT, sum);
    assertThat(sum.meanLoss()).isCloseTo(expected.floats("loss")[0], within((double) tolerance));
  }

  /** [hidden, tokens]: the encoder's under pooling by mean, of which another head's are some. */
  private static float[] allStates(GoldenModel model, EngineWorker worker, MicroBatch batch) {
    float[] own = ((InspectedWorker) worker).hiddenStates(batch);
    if (model.spec().pooling() == Pooling.MEAN) {
      return own;
    }
    GoldenModel mean = GoldenModel.read(model.name(), Pooling.MEAN);
    Engine engine = RoomEngine.open(mean.spec(), mean.theta());
    float[] all = ((InspectedWorker) engine.newWorker()).hiddenStates(batch);
    for (int i = 0; i < own.length; i++) {
      int start = batch.starts()[i % batch.sequences()];
      assertThat(own[i]).isEqualTo(all[i / batch.sequences() * batch.tokens() + start]);
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void everyGradientAgreesWithTransformers(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    GradientSum sum = fullGradient(model, GoldenModel.pack(model.examples(0)));
    float[] expected = GoldenModel.values(name + "/gradients.safetensors", layout);
    SoftAssertions softly = new SoftAssertions();
    for (int t = 0; t < layout.tensorCount(); t++) {
      compare(softly, layout, t, sum, expected, layout.offset(t), 2e-6, 1e-4);
    }
    softly.assertAll();
  }

  @Test
  void gradientsOfARealModelAgree() {
    GoldenModel model = GoldenModel.readMiniLm();
    ParameterLayout layout = model.spec().layout();
    GradientSum sum = fullGradient(model, GoldenModel.pack(model.sentences()));
    GoldenTensors expected = model.expected("expected");
    SoftAssertions softly = new SoftAssertions();
    for (int t = 0; t < layout.tensorCount(); t++) {
      String name = layout.tensor(t).name();
      if (expected.has("grad." + name)) {
        compare(softly, layout, t, sum, expected.floats("grad." + name), 0, 1e-5, 1e-3);
      }
      if (expected.has("grad_norm." + name)) {
        double square = 0;
        for (int i = layout.offset(t); i < layout.offset(t) + layout.tensor(t).size(); i++) {
          square += mean(sum, i) * mean(sum, i);
        }
        double norm = expected.floats("grad_norm." + name)[0];
        softly
            .assertThat(Math.sqrt(square))
            .as("norm of " + name)
            .isCloseTo(norm, within(1e-5 + 1e-3 * norm));
      }
    }
    softly.assertAll();
  }

  private static double mean(GradientSum sum, int ordinal) {
    return sum.sum(ordinal) / sum.examples();
  }

  private static GradientSum fullGradient(GoldenModel model, MicroBatch batch) {
    ParameterLayout layout = model.spec().layout();
    Mask all =
        Mask.none(layout)
            .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    engine.install(all, model.theta());
    GradientSum sum = new GradientSum(all.size());
    engine.newWorker().gradient(batch, EngineWorker.NO_DROPOUT, sum);
    return sum;
  }

  private static void compare(
      SoftAssertions softly,
      ParameterLayout layout,
      int tensor,
      GradientSum sum,
      float[] expected,
      int from,
      double absolute,
      double relative) {
    for (int i = 0; i < layout.tensor(tensor).size(); i++) {
      double actual = mean(sum, layout.offset(tensor) + i);
      double wanted = expected[from + i];
      if (!(Math.abs(actual - wanted) <= absolute + relative * Math.abs(wanted))) {
        softly.fail("%s[%d]: %s, expected %s", layout.tensor(tensor).name(), i, actual, wanted);
        return;
      }
    }
  }
}
