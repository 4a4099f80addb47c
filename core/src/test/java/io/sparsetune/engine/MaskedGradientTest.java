package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.ObjectGraph;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a mask leaves out is not computed; what it holds has the dense gradient's value. */
class MaskedGradientTest {
  /**
   * Lengths of the kernels' room for a product's operands, whatever the model: weights, with 16
   * lanes, and activations.
   */
  private static final Set<Integer> PACKED = Set.of(24 * (16 * 256 + 64), 1 << 20);

  private final GoldenModel model = GoldenModel.read("bert");
  private final ParameterLayout layout = model.spec().layout();
  private final MicroBatch batch = GoldenModel.pack(model.examples(1));

  @ParameterizedTest
  @CsvSource({"bert,0.005", "bert,0.2", "bert,0.7", "roberta,0.05"})
  void chosenEntriesHaveTheDenseGradient(String name, double share) {
    GoldenModel golden = GoldenModel.read(name);
    ParameterLayout tensors = golden.spec().layout();
    MicroBatch examples = GoldenModel.pack(golden.examples(1));
    Mask mask = random(tensors, share, tensor -> true);
    GradientSum sum = gradient(golden, mask, examples);
    GradientSum whole = gradient(golden, whole(tensors, tensor -> true), examples);

    assertThat(sum.meanLoss()).isEqualTo(whole.meanLoss());
    for (int t = 0; t < tensors.tensorCount(); t++) {
      int[] positions = mask.positions(t);
      for (int q = 0; q < positions.length; q++) {
        double expected = whole.sum(tensors.offset(t) + positions[q]) / whole.examples();
        assertThat(sum.sum(mask.firstOrdinal(t) + q) / sum.examples())
            .as(tensors.tensor(t).name())
            .isCloseTo(expected, within(1e-7 + 1e-5 * Math.abs(expected)));
      }
    }
  }

  @Test
  void sparseWeightsCostOneDotProductForEachEntry() {
    Mask mask = random(layout, 0.1, tensor -> isEncoderMatrix(layout.tensor(tensor)));
    EngineWorker worker = worker(mask);
    worker.gradient(batch, EngineWorker.NO_DROPOUT, new GradientSum(mask.size()));
    assertThat(((InspectedWorker) worker).statistics().weightGradientMultiplyAdds())
        .isEqualTo(multiplyAdds(mask::count));
  }

  @Test
  void denselyChosenWeightsCostTheDenseProduct() {
    Mask mask = random(layout, 0.6, tensor -> isEncoderMatrix(layout.tensor(tensor)));
    EngineWorker worker = worker(mask);
    worker.gradient(batch, EngineWorker.NO_DROPOUT, new GradientSum(mask.size()));
    long dense =
        multiplyAdds(
            tensor -> isEncoderMatrix(layout.tensor(tensor)) ? layout.tensor(tensor).size() : 0);
    assertThat(((InspectedWorker) worker).statistics().weightGradientMultiplyAdds())
        .isEqualTo(dense);
  }

  @Test
  void whatIsInstalledIsWhatGradientsAreComputedWith() {
    assertInstalledIsUsed(model.spec(), model.theta(), batch);
  }

  /** One mask after the other, each of which puts back what the one before has changed. */
  static void assertInstalledIsUsed(ModelSpec spec, float[] base, MicroBatch batch) {
    ParameterLayout layout = spec.layout();
    Mask first = random(layout, 0.05, tensor -> tensor % 2 == 0);
    Mask second = random(layout, 0.05, tensor -> tensor % 2 == 1);
    Mask many = random(layout, 0.3, tensor -> true);
    Engine engine = RoomEngine.open(spec, base.clone());
    EngineWorker worker = engine.newWorker();
    Mask all = whole(layout, tensor -> true);
    int turn = 0;
    for (Mask mask : List.of(first, first, second, second, first, second, all, first, many, all)) {
      float[] values = mask.gather(layout, base);
      turn++;
      for (int i = 0; i < values.length; i++) {
        values[i] += 0.1f * (float) Math.sin(i + turn);
      }
      engine.install(mask, values);
      GradientSum sum = new GradientSum(mask.size());
      worker.gradient(batch, EngineWorker.NO_DROPOUT, sum);
      float[] theta = base.clone();
      mask.scatter(layout, theta, values);
      Engine fresh = RoomEngine.open(spec, theta);
      fresh.install(mask, values);
      GradientSum expected = new GradientSum(mask.size());
      fresh.newWorker().gradient(batch, EngineWorker.NO_DROPOUT, expected);
      assertThat(sums(sum)).isEqualTo(sums(expected));
    }
    float[] logits = RoomEngine.open(spec, base.clone()).newWorker().logits(batch);
    for (Mask mask : List.of(second, Mask.none(layout))) {
      engine.install(mask, mask.gather(layout, base));
      assertThat(worker.logits(batch)).isEqualTo(logits);
    }
  }

  /**
   * One for each entry and state: in the last layer only keys and values are made of all states.
   */
  private long multiplyAdds(IntUnaryOperator entries) {
    String last = "encoder.layer.%d.".formatted(model.spec().encoder().layers() - 1);
    long sum = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      String name = layout.tensor(t).name();
      boolean all = !name.startsWith(last) || name.contains(".key.") || name.contains(".value.");
      sum += (long) entries.applyAsInt(t) * (all ? batch.tokens() : batch.sequences());
    }
    return sum;
  }

  @Test
  void noArrayIsAsLongAsAMaskedWeight() {
    EncoderConfig encoder =
        new EncoderConfig(
            Architecture.BERT, 200, 256, 1, 4, 1024, Activation.GELU, 32, 2, 0, 1e-12);
    ModelSpec spec = new ModelSpec(encoder, Pooling.CLS, 2, Loss.CROSS_ENTROPY, Dropout.NONE);
    ParameterLayout tensors = spec.layout();
    float[] theta = randomParameters(tensors);
    MicroBatch few = model.examples(1).get(0);
    Mask mask = sam(spec, theta, 0.005, few).withWhole(tensors, headTensors(tensors));
    Engine engine = RoomEngine.open(spec, theta);
    engine.install(mask, engine.gather(mask));
    EngineWorker worker = engine.newWorker();
    GradientSum sum = new GradientSum(mask.size());
    for (int step = 0; step < 2; step++) {
      worker.gradient(few, EngineWorker.NO_DROPOUT, sum);
    }
    int smallest =
        IntStream.range(0, tensors.tensorCount())
            .filter(t -> isEncoderMatrix(tensors.tensor(t)))
            .map(t -> tensors.tensor(t).size())
            .min()
            .orElseThrow();
    List<Object> arrays = ObjectGraph.numberArrays(worker);
    assertThat(arrays).as("what can be reached").hasSizeGreaterThan(20);
    assertThat(
            arrays.stream()
                .filter(array -> ObjectGraph.length(array) >= smallest)
                .filter(array -> !PACKED.contains(ObjectGraph.length(array)))
                .toList())
        .singleElement()
        .isSameAs(theta);
    assertThat(((InspectedWorker) worker).statistics().largestGradientArray()).isLessThan(smallest);
  }

  /** The largest gradients of the encoder's matrices, that share of each. */
  private static Mask sam(ModelSpec spec, float[] theta, double share, MicroBatch batch) {
    ParameterLayout layout = spec.layout();
    Mask.Builder builder = new Mask.Builder(layout);
    Map<Integer, int[]> chosen = new HashMap<>();
    DenseGradientSink largest =
        new DenseGradientSink() {
          @Override
          public boolean wants(int tensor) {
            return isEncoderMatrix(layout.tensor(tensor));
          }

          @Override
          public void add(int tensor, float[] gradient, int offset, int count) {
            int size = layout.tensor(tensor).size();
            chosen.put(
                tensor,
                IntStream.range(0, size)
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -Math.abs(gradient[offset + i])))
                    .limit(Math.round(share * size))
                    .mapToInt(Integer::intValue)
                    .sorted()
                    .toArray());
          }

          @Override
          public void addLoss(double lossSum, int count) {}
        };
    RoomEngine.open(spec, theta.clone())
        .newWorker()
        .denseGradient(batch, EngineWorker.NO_DROPOUT, largest);
    for (int t = 0; t < layout.tensorCount(); t++) {
      builder.positions(t, chosen.getOrDefault(t, new int[0]));
    }
    return builder.build();
  }

  @Test
  void nothingBelowTheLowestTrainedTensorIsTouched() {
    int last = model.spec().encoder().layers() - 1;
    Mask upper =
        whole(
            layout,
            tensor ->
                layout.tensor(tensor).name().startsWith("encoder.layer.%d.output".formatted(last))
                    || layout.tensor(tensor).part() == Part.HEAD);
    GradientSum sum = gradient(model, upper, batch);
    GradientSum all = gradient(model, whole(layout, tensor -> true), batch);
    for (int t = 0; t < layout.tensorCount(); t++) {
      for (int i = 0; i < upper.count(t); i++) {
        assertThat(sum.sum(upper.firstOrdinal(t) + i)).isEqualTo(all.sum(layout.offset(t) + i));
      }
    }
  }

  @Test
  void maskMayChangeFromStepToStep() {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    EngineWorker worker = engine.newWorker();
    Mask head = whole(layout, tensor -> layout.tensor(tensor).part() == Part.HEAD);
    Mask all = whole(layout, tensor -> true);
    for (Mask mask : List.of(head, all, Mask.none(layout), head, all)) {
      engine.install(mask, engine.gather(mask));
      GradientSum sum = new GradientSum(mask.size());
      worker.gradient(batch, EngineWorker.NO_DROPOUT, sum);
      assertThat(sums(sum)).isEqualTo(sums(gradient(model, mask, batch)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void denseSumGetsEveryWantedTensorOnce(String name) {
    GoldenModel golden = GoldenModel.read(name);
    ParameterLayout tensors = golden.spec().layout();
    MicroBatch examples = GoldenModel.pack(golden.examples(1));
    GradientSum all = gradient(golden, whole(tensors, tensor -> true), examples);
    IntPredicate wanted = tensor -> tensor % 3 != 1;
    Map<Integer, float[]> received = new HashMap<>();
    double[] loss = new double[1];
    DenseGradientSink sum =
        new DenseGradientSink() {
          @Override
          public boolean wants(int tensor) {
            return wanted.test(tensor);
          }

          @Override
          public void add(int tensor, float[] gradient, int offset, int count) {
            assertThat(count).isEqualTo(examples.examples());
            float[] copy = new float[tensors.tensor(tensor).size()];
            System.arraycopy(gradient, offset, copy, 0, copy.length);
            assertThat(received.put(tensor, copy)).isNull();
          }

          @Override
          public void addLoss(double lossSum, int count) {
            loss[0] += lossSum;
          }
        };
    RoomEngine.open(golden.spec(), golden.theta().clone())
        .newWorker()
        .denseGradient(examples, EngineWorker.NO_DROPOUT, sum);

    assertThat(loss[0] / examples.examples()).isCloseTo(all.meanLoss(), within(1e-9));
    for (int t = 0; t < tensors.tensorCount(); t++) {
      assertThat(received.containsKey(t)).isEqualTo(wanted.test(t));
      for (int i = 0; wanted.test(t) && i < tensors.tensor(t).size(); i++) {
        assertThat((double) received.get(t)[i])
            .isCloseTo(all.sum(tensors.offset(t) + i), within(1e-11));
      }
    }
  }

  @Test
  void sumMustFitTheMask() {
    EngineWorker worker = worker(Mask.none(layout));
    assertThatThrownBy(() -> worker.gradient(batch, EngineWorker.NO_DROPOUT, new GradientSum(3)))
        .hasMessage("Invalid sum: 3 entries for a mask of 0");
  }

  private EngineWorker worker(Mask mask) {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    engine.install(mask, engine.gather(mask));
    return engine.newWorker();
  }

  private static GradientSum gradient(GoldenModel model, Mask mask, MicroBatch batch) {
    Engine engine = RoomEngine.open(model.spec(), model.theta().clone());
    engine.install(mask, engine.gather(mask));
    GradientSum sum = new GradientSum(mask.size());
    engine.newWorker().gradient(batch, EngineWorker.NO_DROPOUT, sum);
    return sum;
  }

  static double[] sums(GradientSum sum) {
    return IntStream.range(0, sum.size()).mapToDouble(sum::sum).toArray();
  }

  private static boolean isEncoderMatrix(TensorSpec tensor) {
    return tensor.shape().size() == 2 && tensor.part() == Part.ENCODER;
  }

  static Mask whole(ParameterLayout layout, IntPredicate which) {
    return Mask.none(layout)
        .withWhole(layout, IntStream.range(0, layout.tensorCount()).filter(which).boxed().toList());
  }

  private static List<Integer> headTensors(ParameterLayout layout) {
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() == Part.HEAD)
        .boxed()
        .toList();
  }

  /** About that share of each tensor, at least one entry. */
  static Mask random(ParameterLayout layout, double share, IntPredicate which) {
    long key = Randomness.key(1, Randomness.Purpose.RANDOM_MASK);
    Mask.Builder builder = new Mask.Builder(layout);
    for (int t = 0; t < layout.tensorCount(); t++) {
      List<Integer> positions = new ArrayList<>();
      for (int i = 0; which.test(t) && i < layout.tensor(t).size(); i++) {
        if (Randomness.uniform(key, layout.offset(t) + i) < share) {
          positions.add(i);
        }
      }
      builder.positions(t, positions.stream().mapToInt(Integer::intValue).toArray());
    }
    return builder.build();
  }

  static float[] randomParameters(ParameterLayout layout) {
    float[] theta = new float[layout.size()];
    long key = Randomness.key(2, Randomness.Purpose.HEAD_INITIALISATION);
    for (int t = 0; t < layout.tensorCount(); t++) {
      boolean gamma = layout.tensor(t).name().endsWith("LayerNorm.weight");
      for (int i = layout.offset(t); i < layout.offset(t) + layout.tensor(t).size(); i++) {
        theta[i] = (float) (0.02 * Randomness.normal(key, i)) + (gamma ? 1 : 0);
      }
    }
    return theta;
  }
}
