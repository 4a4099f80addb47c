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
import io.sparsetune.sums.GradientSum;
import io.sparsetune.testing.GoldenModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Examples that offer choices: a sequence and a score for each. */
class ChoicesTest {
  private static final int CHOICES = 2;

  private final GoldenModel golden = GoldenModel.read("bert", Pooling.POOLER);
  private final ModelSpec spec = spec(golden, CHOICES);
  private final float[] theta = MaskedGradientTest.randomParameters(spec.layout());
  private final MicroBatch batch = choices(sequences(golden), CHOICES);

  @Test
  void aChoiceHasTheScoreThatItsSequenceHasAlone() {
    ModelSpec alone =
        new ModelSpec(spec.encoder(), spec.pooling(), 1, Loss.MEAN_SQUARED_ERROR, spec.dropout());
    assertThat(spec.layout().size()).isEqualTo(alone.layout().size());
    float[] scores = worker(spec, theta).logits(batch);
    EngineWorker single = worker(alone, theta);
    List<MicroBatch> sequences = sequences(golden);
    assertThat(scores).hasSize(batch.examples() * CHOICES);
    for (int s = 0; s < scores.length; s++) {
      assertThat(single.logits(sequences.get(s))).containsExactly(scores[s]);
    }
    assertThat(scores[0]).isNotEqualTo(scores[1]);
  }

  @Test
  void theLossIsTheCrossEntropyOfTheSoftmaxOverAnExamplesChoices() {
    Engine engine = RoomEngine.open(spec, theta.clone());
    Mask all = MaskedGradientTest.whole(spec.layout(), tensor -> true);
    engine.install(all, theta);
    GradientSum sum = new GradientSum(all.size());
    EngineWorker worker = engine.newWorker();
    worker.gradient(batch, EngineWorker.NO_DROPOUT, sum);
    float[] scores = worker.logits(batch);
    double expected = 0;
    for (int e = 0; e < batch.examples(); e++) {
      double total = 0;
      for (int c = 0; c < CHOICES; c++) {
        total += Math.exp(scores[e * CHOICES + c]);
      }
      expected += Math.log(total) - scores[e * CHOICES + (int) batch.targets()[e]];
    }
    assertThat(sum.examples()).isEqualTo(batch.examples());
    assertThat(sum.meanLoss() * sum.examples()).isCloseTo(expected, within(1e-5 * expected));
  }

  @ParameterizedTest
  @CsvSource({"bert, POOLER", "bert, MEAN", "roberta, POOLER", "roberta, CLS"})
  void theGradientIsThatOfTheLoss(String name, Pooling pooling) {
    GoldenModel model = GoldenModel.read(name, pooling);
    ModelSpec choosing = spec(new GoldenModel(name, model.withDropout(0.3), model.theta()), 2);
    EngineBehaviourTest.gradientIsThatOfTheLoss(
        choosing,
        MaskedGradientTest.randomParameters(choosing.layout()),
        choices(sequences(model), CHOICES));
  }

  @Test
  void theSameConstantOnEveryChoiceChangesNoGradient() {
    Engine engine = RoomEngine.open(spec, theta.clone());
    int bias = spec.layout().indexOf("classifier.bias");
    Mask only = MaskedGradientTest.whole(spec.layout(), tensor -> tensor == bias);
    engine.install(only, engine.gather(only));
    GradientSum sum = new GradientSum(only.size());
    engine.newWorker().gradient(batch, EngineWorker.NO_DROPOUT, sum);
    assertThat(sum.sum(0)).isCloseTo(0, within(1e-7));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void otherNumbersOfChoicesAreRefused(int count) {
    MicroBatch other = choices(sequences(golden).subList(0, 4), count);
    assertThatThrownBy(() -> worker(spec, theta).logits(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid micro-batch: 4 sequences for %d examples (the model takes 2 for each)",
            4 / count);
  }

  private static EngineWorker worker(ModelSpec spec, float[] theta) {
    return RoomEngine.open(spec, theta.clone()).newWorker();
  }

  private static ModelSpec spec(GoldenModel model, int choices) {
    return new ModelSpec(
        model.spec().encoder(),
        model.spec().pooling(),
        choices,
        Loss.CHOICE_CROSS_ENTROPY,
        model.spec().dropout());
  }

  /** Of two steps, so that there are enough of them whatever the golden folder. */
  private static List<MicroBatch> sequences(GoldenModel model) {
    List<MicroBatch> all = new ArrayList<>(model.examples(0));
    all.addAll(model.examples(1));
    return all.subList(0, all.size() / 4 * 4);
  }

  /** So many sequences after each other as the choices of one example; the right one alternates. */
  private static MicroBatch choices(List<MicroBatch> sequences, int choices) {
    MicroBatch all = GoldenModel.pack(sequences);
    float[] targets = new float[sequences.size() / choices];
    for (int e = 0; e < targets.length; e++) {
      targets[e] = e % choices;
    }
    return new MicroBatch(all.tokenIds(), all.typeIds(), all.starts(), targets);
  }
}
