package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Activation;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.EquivalentModel.Adapter;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.model.EquivalentModel.Placement;
import io.sparsetune.model.LinearModule;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.random.Randomness;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.testing.Equivalents;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is added to a model: nothing at the start, and the right gradients from then on. */
class EquivalentModelTest {
  private static final long DROPOUT = 77;

  static List<EquivalentModel> models() {
    return List.of(
        new Lora(List.of("query", "value"), 4, 16, 0),
        new Lora(LinearModule.KINDS, 3, 1, 0.25),
        new Adapter(Placement.HOULSBY, 6, Activation.GELU),
        new Adapter(Placement.PFEIFFER, 5, Activation.RELU),
        new Adapter(Placement.HOULSBY, 7, Activation.SILU));
  }

  static Stream<Arguments> everyCase() {
    return Stream.of("bert", "roberta", "bert-regression")
        .flatMap(name -> models().stream().map(model -> Arguments.of(name, model)));
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void startsAsTheBaseBitForBit(String name, EquivalentModel equivalent) {
    GoldenModel base = GoldenModel.read(name);
    GoldenModel model = Equivalents.read(name, equivalent);
    MicroBatch batch = GoldenModel.pack(base.examples(0));
    assertThat(RoomEngine.open(model.spec(), model.theta()).newWorker().logits(batch))
        .isEqualTo(RoomEngine.open(base.spec(), base.theta()).newWorker().logits(batch));
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void startsWithTheBasesGradientsToo(String name, EquivalentModel equivalent) {
    GoldenModel base = GoldenModel.read(name);
    GoldenModel model = Equivalents.read(name, equivalent);
    MicroBatch batch = GoldenModel.pack(base.examples(0));
    GradientSum expected = gradient(base.spec(), base.theta(), batch, EngineWorker.NO_DROPOUT);
    GradientSum actual = gradient(model.spec(), model.theta(), batch, EngineWorker.NO_DROPOUT);
    assertThat(actual.meanLoss()).isEqualTo(expected.meanLoss());
    ParameterLayout layout = base.spec().layout();
    ParameterLayout larger = model.spec().layout();
    for (int t = 0; t < layout.tensorCount(); t++) {
      int at = larger.offset(larger.indexOf(layout.tensor(t).name()));
      for (int i = 0; i < layout.tensor(t).size(); i++) {
        assertThat(actual.sum(at + i))
            .as(layout.tensor(t).name())
            .isEqualTo(expected.sum(layout.offset(t) + i));
      }
    }
  }

  /** By differences of the loss in double steps, where θ has moved away from the start. */
  @ParameterizedTest
  @MethodSource("everyCase")
  void gradientsOfAddedTensorsAreTheLosssSlope(String name, EquivalentModel equivalent) {
    GoldenModel model = Equivalents.read(name, equivalent);
    MicroBatch batch = GoldenModel.pack(model.examples(0));
    float[] theta = moved(model);
    ParameterLayout layout = model.spec().layout();
    GradientSum sum = gradient(model.spec(), theta, batch, DROPOUT);
    for (int t : Equivalents.added(layout)) {
      // Along the gradient itself, the slope is its norm.
      double square = 0;
      for (int i = layout.offset(t); i < layout.offset(t) + layout.tensor(t).size(); i++) {
        square += sum.sum(i) * sum.sum(i);
      }
      double norm = Math.sqrt(square);
      assertThat(norm).as(layout.tensor(t).name()).isPositive();
      double step = 0.005;
      double up = loss(model.spec(), shifted(theta, layout, t, sum, step / norm), batch);
      double down = loss(model.spec(), shifted(theta, layout, t, sum, -step / norm), batch);
      assertThat((up - down) / (2 * step))
          .as(layout.tensor(t).name())
          .isCloseTo(norm, within(2e-3 + 0.02 * norm));
    }
  }

  @ParameterizedTest
  @MethodSource("everyCase")
  void whatAWorkerDidBeforeTouchesNoBit(String name, EquivalentModel equivalent) {
    GoldenModel model = Equivalents.read(name, equivalent);
    float[] theta = moved(model);
    ParameterLayout layout = model.spec().layout();
    Mask mask = Mask.none(layout).withWhole(layout, Equivalents.added(layout));
    Engine engine = RoomEngine.open(model.spec(), theta.clone());
    engine.install(mask, mask.gather(layout, theta));
    EngineWorker used = engine.newWorker();
    for (int step = 1; step >= 0; step--) {
      MicroBatch batch = GoldenModel.pack(model.examples(step));
      GradientSum fresh = new GradientSum(mask.size());
      engine.newWorker().gradient(batch, DROPOUT, fresh);
      GradientSum again = new GradientSum(mask.size());
      used.gradient(batch, DROPOUT, again);
      for (int i = 0; i < mask.size(); i++) {
        assertThat(again.sum(i)).isEqualTo(fresh.sum(i));
      }
      MicroBatch other = GoldenModel.pack(model.examples(1 - step));
      assertThat(used.logits(other)).isEqualTo(engine.newWorker().logits(other));
    }
  }

  private static float[] shifted(
      float[] theta, ParameterLayout layout, int tensor, GradientSum along, double step) {
    float[] moved = theta.clone();
    for (int i = layout.offset(tensor);
        i < layout.offset(tensor) + layout.tensor(tensor).size();
        i++) {
      moved[i] += (float) (step * along.sum(i));
    }
    return moved;
  }

  private static float[] moved(GoldenModel model) {
    float[] theta = model.theta().clone();
    ParameterLayout layout = model.spec().layout();
    for (int t : Equivalents.added(layout)) {
      for (int i = layout.offset(t); i < layout.offset(t) + layout.tensor(t).size(); i++) {
        theta[i] += (float) (0.4 * Randomness.normal(5, i));
      }
    }
    return theta;
  }

  private static double loss(ModelSpec spec, float[] theta, MicroBatch batch) {
    GradientSum sum = new GradientSum(0);
    RoomEngine.open(spec, theta).newWorker().gradient(batch, DROPOUT, sum);
    return sum.meanLoss() * sum.examples();
  }

  private static GradientSum gradient(
      ModelSpec spec, float[] theta, MicroBatch batch, long dropoutKey) {
    ParameterLayout layout = spec.layout();
    Mask all =
        Mask.none(layout)
            .withWhole(layout, Stream.iterate(0, t -> t + 1).limit(layout.tensorCount()).toList());
    Engine engine = RoomEngine.open(spec, theta.clone());
    engine.install(all, theta);
    GradientSum sum = new GradientSum(all.size());
    engine.newWorker().gradient(batch, dropoutKey, sum);
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void adaptersAgreeWithPyTorch(String name) {
    GoldenTensors given = GoldenTensors.read(name + "/adapter-given.safetensors");
    GoldenTensors expected = GoldenTensors.read(name + "/adapter-expected.safetensors");
    int size = given.shape("encoder.layer.0.output.adapter.down.bias")[0];
    GoldenModel model =
        Equivalents.read(name, new Adapter(Placement.HOULSBY, size, Activation.GELU));
    ParameterLayout layout = model.spec().layout();
    assertThat(Equivalents.fill(model, given, "")).hasSameSizeAs(Equivalents.added(layout));
    MicroBatch batch = GoldenModel.pack(model.examples(0));
    GradientSum sum = gradient(model.spec(), model.theta(), batch, EngineWorker.NO_DROPOUT);
    assertThat(sum.meanLoss()).isCloseTo(expected.floats("loss")[0], within(2e-6));
    for (int t : Equivalents.added(layout)) {
      float[] wanted = expected.floats("grad." + layout.tensor(t).name());
      for (int i = 0; i < wanted.length; i++) {
        assertThat(sum.sum(layout.offset(t) + i) / sum.examples())
            .as(layout.tensor(t).name() + "[" + i + "]")
            .isCloseTo(wanted[i], within(2e-6 + 1e-4 * Math.abs(wanted[i])));
      }
    }
    assertThat(RoomEngine.open(model.spec(), model.theta()).newWorker().logits(batch))
        .containsExactly(expected.floats("logits"), within(1e-5f));
  }
}
