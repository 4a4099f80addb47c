package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import io.sparsetune.testing.GoldenModel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EngineBehaviourTest {
  private static final long KEY = 0x5EED;

  private final GoldenModel model = GoldenModel.read("bert");
  private final ParameterLayout layout = model.spec().layout();
  private final List<MicroBatch> examples = model.examples(0);

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void logitsOfAnExampleAreTheSameAloneAndInABatch(String name) {
    GoldenModel golden = GoldenModel.read(name);
    int outputs = golden.spec().outputs();
    EngineWorker worker = RoomEngine.open(golden.spec(), golden.theta().clone()).newWorker();
    List<MicroBatch> alone = golden.examples(0);
    float[] together = worker.logits(GoldenModel.pack(alone));
    for (int e = 0; e < alone.size(); e++) {
      assertThat(worker.logits(alone.get(e)))
          .isEqualTo(Arrays.copyOfRange(together, e * outputs, (e + 1) * outputs));
    }
  }

  @Test
  void workersAgreeBitForBitWhateverTheyDidBefore() {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    Mask all = MaskedGradientTest.whole(layout, tensor -> true);
    engine.install(all, model.theta());
    EngineWorker fresh = engine.newWorker();
    EngineWorker used = engine.newWorker();
    used.logits(GoldenModel.pack(model.examples(2)));
    used.gradient(GoldenModel.pack(model.examples(3)), KEY, new GradientSum(all.size()));
    assertThat(gradient(used, all, KEY)).isEqualTo(gradient(fresh, all, KEY));
  }

  @ParameterizedTest
  @EnumSource(Pooling.class)
  void dropoutIsThatOfItsKey(Pooling pooling) {
    ModelSpec spec =
        new ModelSpec(
            model.spec().encoder(),
            pooling,
            model.spec().outputs(),
            Loss.CROSS_ENTROPY,
            model.withDropout(0.25).dropout());
    Engine engine = RoomEngine.open(spec, MaskedGradientTest.randomParameters(spec.layout()));
    Mask all = MaskedGradientTest.whole(spec.layout(), tensor -> true);
    engine.install(all, engine.gather(all));
    EngineWorker worker = engine.newWorker();
    double[] first = gradient(worker, all, KEY);
    assertThat(gradient(worker, all, KEY + 1)).isNotEqualTo(first);
    assertThat(gradient(worker, all, EngineWorker.NO_DROPOUT)).isNotEqualTo(first);
    assertThat(gradient(worker, all, KEY)).isEqualTo(first);
    assertThat(gradient(engine.newWorker(), all, KEY)).isEqualTo(first);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void scalarAndVectorKernelsGiveTheSameBits(String name) {
    GoldenModel golden = GoldenModel.read(name);
    ParameterLayout tensors = golden.spec().layout();
    Engine engine = RoomEngine.open(golden.withDropout(0.2), golden.theta().clone());
    MicroBatch batch = GoldenModel.pack(golden.examples(0));
    for (Mask mask :
        List.of(
            MaskedGradientTest.whole(tensors, tensor -> true),
            MaskedGradientTest.random(tensors, 0.05, tensor -> true))) {
      engine.install(mask, engine.gather(mask));
      EngineWorker vector = engine.newWorker();
      EngineWorker scalar;
      System.setProperty("sparsetune.kernels", "scalar");
      try {
        scalar = engine.newWorker();
      } finally {
        System.clearProperty("sparsetune.kernels");
      }
      assertThat(scalar.logits(batch)).isEqualTo(vector.logits(batch));
      GradientSum expected = new GradientSum(mask.size());
      vector.gradient(batch, KEY, expected);
      GradientSum sum = new GradientSum(mask.size());
      scalar.gradient(batch, KEY, sum);
      assertThat(MaskedGradientTest.sums(sum)).isEqualTo(MaskedGradientTest.sums(expected));
      assertThat(sum.meanLoss()).isEqualTo(expected.meanLoss());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void gradientWithDropoutIsThatOfTheLossWithDropout(String name) {
    GoldenModel golden = GoldenModel.read(name);
    gradientIsThatOfTheLoss(
        golden.withDropout(0.3), golden.theta(), GoldenModel.pack(golden.examples(0)));
  }

  /** With the same dropout, a step against the gradient lowers the loss by its squared norm. */
  static void gradientIsThatOfTheLoss(ModelSpec spec, float[] theta, MicroBatch batch) {
    Engine engine = RoomEngine.open(spec, theta.clone());
    Mask all = MaskedGradientTest.whole(spec.layout(), tensor -> true);
    EngineWorker worker = engine.newWorker();
    engine.install(all, theta);
    GradientSum sum = new GradientSum(all.size());
    worker.gradient(batch, KEY, sum);
    double norm = 0;
    for (double g : MaskedGradientTest.sums(sum)) {
      norm += g * g;
    }
    norm = Math.sqrt(norm);
    double step = 1e-3 / norm;
    double[] loss = new double[2];
    for (int side = 0; side < 2; side++) {
      float[] moved = theta.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) ((side == 0 ? -step : step) * sum.sum(i));
      }
      engine.install(all, moved);
      GradientSum there = new GradientSum(all.size());
      worker.gradient(batch, KEY, there);
      loss[side] = there.meanLoss() * batch.examples();
    }
    assertThat((loss[1] - loss[0]) / 2e-3).isCloseTo(norm, within(0.01 * norm));
  }

  @Test
  void installingAnotherMaskPutsTheOldOnesPositionsBack() {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    Mask all = MaskedGradientTest.whole(layout, tensor -> true);
    Mask first = MaskedGradientTest.random(layout, 0.1, tensor -> tensor % 2 == 0);
    Mask second = MaskedGradientTest.random(layout, 0.2, tensor -> tensor % 3 == 0);
    float[] values = new float[first.size()];
    Arrays.fill(values, 7);
    engine.install(first, values);
    assertThat(engine.gather(first)).containsOnly(7f);
    Arrays.fill(values, 8);
    engine.install(first, values);
    assertThat(engine.gather(first)).containsOnly(8f);
    float[] others = new float[second.size()];
    Arrays.fill(others, 9);
    engine.install(second, others);
    assertThat(engine.gather(second)).containsOnly(9f);
    engine.install(Mask.none(layout), new float[0]);
    assertThat(engine.gather(all)).isEqualTo(model.theta());
  }

  @Test
  void valuesMustFitTheMask() {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    assertThatThrownBy(() -> engine.install(Mask.none(layout), new float[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid values: 1 in");
    assertThatThrownBy(() -> RoomEngine.open(model.spec(), new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid parameters: 3 for a model of " + layout.size());
  }

  @Test
  void lossThatIsNotFiniteIsAnError() {
    float[] theta = model.theta().clone();
    theta[layout.offset(layout.indexOf("classifier.bias"))] = Float.NaN;
    EngineWorker worker = RoomEngine.open(model.spec(), theta).newWorker();
    assertThatThrownBy(
            () -> worker.gradient(examples.get(0), EngineWorker.NO_DROPOUT, new GradientSum(0)))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage("The loss is NaN: not finite");
  }

  @Test
  void gradientOutOfRangeNamesItsTensor() {
    GoldenModel regression = GoldenModel.read("bert-regression");
    ParameterLayout tensors = regression.spec().layout();
    Engine engine = RoomEngine.open(regression.spec(), regression.theta().clone());
    Mask head = MaskedGradientTest.whole(tensors, t -> t == tensors.indexOf("classifier.bias"));
    engine.install(head, engine.gather(head));
    MicroBatch example = regression.examples(0).get(0);
    MicroBatch far =
        new MicroBatch(example.tokenIds(), example.typeIds(), example.starts(), new float[] {1e9f});
    EngineWorker worker = engine.newWorker();
    assertThatThrownBy(
            () -> worker.gradient(far, EngineWorker.NO_DROPOUT, new GradientSum(head.size())))
        .isInstanceOf(NotFiniteException.class)
        .hasMessageStartingWith("classifier.bias: A gradient is ");
  }

  @Test
  void tokensOutsideTheModelAreRefused() {
    EngineWorker worker = RoomEngine.open(model.spec(), model.theta().clone()).newWorker();
    int words = model.spec().encoder().vocabularySize();
    int longest = model.spec().encoder().maxTokens();
    assertThatThrownBy(() -> worker.logits(example(new int[] {words}, new int[] {0})))
        .hasMessage("Invalid token: %d (the model has %d words)".formatted(words, words));
    assertThatThrownBy(() -> worker.logits(example(new int[] {1}, new int[] {2})))
        .hasMessage("Invalid token type: 2 (the model has 2 types)");
    assertThatThrownBy(() -> worker.logits(example(new int[longest + 1], new int[longest + 1])))
        .hasMessage(
            "Invalid example: %d tokens (the model takes 1 to %d)".formatted(longest + 1, longest));
  }

  @Test
  void emptyMicroBatchAddsNothing() {
    EngineWorker worker = RoomEngine.open(model.spec(), model.theta().clone()).newWorker();
    MicroBatch empty = new MicroBatch(new int[0], new int[0], new int[1], new float[0]);
    GradientSum sum = new GradientSum(0);
    worker.gradient(empty, KEY, sum);
    assertThat(sum.examples()).isZero();
    assertThat(worker.logits(empty)).isEmpty();
  }

  @Test
  void computingStartsNoThreads() {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    Mask all = MaskedGradientTest.whole(layout, tensor -> true);
    engine.install(all, model.theta());
    List<String> before = threads();
    for (int i = 0; i < 3; i++) {
      gradient(engine.newWorker(), all, KEY);
    }
    assertThat(threads()).isEqualTo(before);
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> !name.contains("Compiler") && !name.contains("surefire"))
        .sorted()
        .toList();
  }

  private double[] gradient(EngineWorker worker, Mask mask, long key) {
    GradientSum sum = new GradientSum(mask.size());
    worker.gradient(GoldenModel.pack(examples), key, sum);
    return MaskedGradientTest.sums(sum);
  }

  private static MicroBatch example(int[] tokens, int[] types) {
    return new MicroBatch(tokens, types, new int[] {0, tokens.length}, new float[] {0});
  }
}
