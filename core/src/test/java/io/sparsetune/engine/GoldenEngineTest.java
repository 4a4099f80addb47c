package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.text.MicroBatch;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine in the room against PyTorch and transformers. */
class GoldenEngineTest {

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void forwardAgreesWithTransformers(String name) {
    GoldenModel model = GoldenModel.read(name);
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    EngineWorker worker = engine.newWorker();
    List<MicroBatch> examples = model.examples(0);
    MicroBatch batch = GoldenModel.pack(examples);
    GoldenTensors expected = model.expected("forward");

    assertThat(worker.logits(batch)).containsExactly(expected.floats("logits"), within(1e-5f));

    float[] states = worker.hiddenStates(batch);
    float[] wanted = expected.floats("last_hidden_state");
    int[] shape = expected.shape("last_hidden_state");
    for (int e = 0; e < examples.size(); e++) {
      for (int t = 0; t < examples.get(e).tokens(); t++) {
        for (int f = 0; f < shape[2]; f++) {
          assertThat(states[f * batch.tokens() + batch.starts()[e] + t])
              .isCloseTo(wanted[(e * shape[1] + t) * shape[2] + f], within(1e-5f));
        }
      }
    }

    GradientSum sum = new GradientSum(0);
    engine.install(Mask.none(model.spec().layout()), new float[0]);
    worker.gradient(batch, EngineWorker.NO_DROPOUT, sum);
    assertThat(sum.meanLoss()).isCloseTo(expected.floats("loss")[0], within(1e-5));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void everyGradientAgreesWithTransformers(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    Mask all =
        Mask.none(layout)
            .withWhole(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    engine.install(all, model.theta());
    GradientSum sum = new GradientSum(all.size());
    engine.newWorker().gradient(GoldenModel.pack(model.examples(0)), EngineWorker.NO_DROPOUT, sum);

    float[] expected = GoldenModel.values(name + "/gradients.safetensors", layout);
    SoftAssertions softly = new SoftAssertions();
    for (int t = 0; t < layout.tensorCount(); t++) {
      for (int i = layout.offset(t); i < layout.offset(t + 1); i++) {
        double tolerance = 2e-6 + 1e-4 * Math.abs(expected[i]);
        if (Math.abs(sum.mean(i) - expected[i]) > tolerance) {
          softly.fail(
              "%s[%d]: %s, expected %s",
              layout.tensor(t).name(), i - layout.offset(t), sum.mean(i), expected[i]);
          break;
        }
      }
    }
    softly.assertAll();
  }
}
