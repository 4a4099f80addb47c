package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.error.ConfigException;
import io.sparsetune.kernels.Bf16Products;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Precision;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.testing.GoldenModel;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The golden BERT with its dense layers in bfloat16, beside itself in single precision. */
class Bf16EngineTest {
  private static final long KEY = 0x5EED;
  private final GoldenModel model = GoldenModel.read("bert");
  private final ModelSpec spec = model.withDropout(0.1).with(Precision.BF16);
  private final ParameterLayout layout = spec.layout();

  @BeforeEach
  void onlyWhereTheCpuCan() {
    assumeThat(Bf16Products.missing()).isEmpty();
  }

  @Test
  void lossAndGradientAreNearlyThoseOfSinglePrecision() {
    MicroBatch batch = GoldenModel.pack(model.examples(0));
    for (Mask mask :
        List.of(
            MaskedGradientTest.whole(layout, tensor -> true),
            MaskedGradientTest.random(layout, 0.05, tensor -> true))) {
      Engine rounded = engine(spec, mask);
      Engine exact = engine(spec.with(Precision.FP32), mask);
      float[] logits = rounded.newWorker().logits(batch);
      float[] expected = exact.newWorker().logits(batch);
      assertThat(logits).isNotEqualTo(expected).containsExactly(expected, within(0.03f));
      GradientSum sum = new GradientSum(mask.size());
      GradientSum wanted = new GradientSum(mask.size());
      rounded.newWorker().gradient(batch, KEY, sum);
      exact.newWorker().gradient(batch, KEY, wanted);
      assertThat(sum.meanLoss()).isCloseTo(wanted.meanLoss(), within(0.01));
      assertThat(cosine(MaskedGradientTest.sums(sum), MaskedGradientTest.sums(wanted)))
          .isGreaterThan(0.999);
    }
  }

  @Test
  void whatIsInstalledIsWhatIsComputedWith() {
    MicroBatch batch = GoldenModel.pack(model.examples(0));
    Mask mask = MaskedGradientTest.random(layout, 0.3, tensor -> true);
    Engine engine = engine(spec, mask);
    EngineWorker worker = engine.newWorker();
    float[] before = worker.logits(batch);
    float[] values = engine.gather(mask);
    float[] others = values.clone();
    for (int i = 0; i < others.length; i++) {
      others[i] *= 1.5f;
    }
    engine.install(mask, others);
    assertThat(worker.logits(batch)).isNotEqualTo(before);
    engine.install(mask, values);
    assertThat(worker.logits(batch)).isEqualTo(before);
    assertThat(engine.newWorker().logits(batch)).isEqualTo(before);
  }

  @Test
  void masksFollowEachOther() {
    MicroBatch batch = GoldenModel.pack(model.examples(0));
    MaskedGradientTest.assertInstalledIsUsed(spec, model.theta(), batch);
  }

  @Test
  void logitsOfAnExampleAreTheSameAloneAndInABatch() {
    EngineWorker worker = engine(spec, Mask.none(layout)).newWorker();
    List<MicroBatch> alone = model.examples(0);
    float[] together = worker.logits(GoldenModel.pack(alone));
    int outputs = spec.outputs();
    for (int e = 0; e < alone.size(); e++) {
      assertThat(worker.logits(alone.get(e)))
          .isEqualTo(Arrays.copyOfRange(together, e * outputs, (e + 1) * outputs));
    }
  }

  @Test
  void executorsOfAnotherKindRefuse() {
    assertThat(Arithmetic.of(Precision.BF16)).startsWith("onednn-3.");
    Arithmetic.require(Precision.BF16, Arithmetic.of(Precision.BF16));
    assertThatThrownBy(() -> Arithmetic.require(Precision.BF16, "onednn-3.0.0 other"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "Cannot use training.precision bf16: this executor computes by onednn-3.")
        .hasMessageEndingWith(
            ", and the run began with onednn-3.0.0 other, which gives other bits; run on CPUs of"
                + " one kind, or in fp32");
  }

  private Engine engine(ModelSpec wanted, Mask mask) {
    Engine engine = RoomEngine.open(wanted, model.theta().clone());
    engine.install(mask, engine.gather(mask));
    return engine;
  }

  private static double cosine(double[] a, double[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }
}
