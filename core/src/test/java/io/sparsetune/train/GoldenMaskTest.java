package io.sparsetune.train;

import static io.sparsetune.method.MethodConfigs.method;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.batch.Shard;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.LocalScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.Methods;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.sums.MaxAbs;
import io.sparsetune.sums.ScoreSum;
import io.sparsetune.sums.SumSlice;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import io.sparsetune.work.BaseScores;
import io.sparsetune.work.ShardWork;
import java.util.Arrays;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks against those of the golden files, made with PyTorch. */
class GoldenMaskTest {
  private static final double SAME_SCORE = 1e-5;

  private static Engine engine(GoldenModel model) {
    return RoomEngine.open(model.spec(), model.theta().clone());
  }

  private static MethodConfig config(GoldenModel model, String name, String... keyValues) {
    String[] all = Arrays.copyOf(keyValues, keyValues.length + 1);
    all[keyValues.length] = "sparsity=" + model.recipe().required("p").asText();
    return method(name, all);
  }

  private static Mask mask(GoldenModel model, MethodConfig config, ScoreSource scores) {
    return Methods.named(config.name())
        .mask(new MaskProblem(model.spec().layout(), config, 1), scores);
  }

  /** Sums over the recipe's scoring batches, each of them a shard of one micro-batch. */
  private static void feed(GoldenModel model, ScoreRound round, DenseGradientSink into) {
    EngineWorker worker = engine(model).newWorker();
    int steps = model.recipe().required("score_steps").asInt();
    for (int step = 0; step < steps; step++) {
      MicroBatch batch = GoldenModel.pack(model.examples(step));
      Shard shard =
          new Shard(0, batch.tokenIds(), batch.typeIds(), batch.starts(), batch.targets());
      ShardWork.scores(worker, oneStep(shard.size()), shard, round, into, examples -> {});
    }
  }

  private static EpochPlan oneStep(int examples) {
    return new EpochPlan(examples, 1, examples, 1, 1);
  }

  /** What the method asks for. */
  private static ScoreSource scores(GoldenModel model, MethodConfig config) {
    ParameterLayout layout = model.spec().layout();
    Evidence.GradientSums evidence =
        (Evidence.GradientSums) config.method().evidence(new MaskProblem(layout, config, 1));
    ScoreRound round = evidence.round(oneStep(model.examples(0).size()));
    ScoreSum sums;
    if (round.ofSquares()) {
      MaxAbs largest = new MaxAbs(layout, encoder(layout));
      feed(model, round, largest);
      sums = ScoreSum.ofSquares(layout, encoder(layout), largest.squareUnits());
    } else {
      sums = ScoreSum.signed(layout, encoder(layout));
    }
    feed(model, round, sums);
    return new LocalScores(
        () ->
            StreamSupport.stream(
                    Spliterators.spliteratorUnknownSize(sums.slices(), Spliterator.ORDERED), false)
                .map(SumSlice::scores));
  }

  private static Mask scored(GoldenModel model, MethodConfig config) {
    return mask(model, config, scores(model, config));
  }

  private static IntPredicate encoder(ParameterLayout layout) {
    return tensor -> layout.tensor(tensor).part() == Part.ENCODER;
  }

  /**
   * The same positions; one may differ only where its score and the k-th agree to 1e-5 relative.
   *
   * @param golden scores, from the golden files
   */
  static void agree(int[] chosen, int[] expected, float[] golden, String tensor) {
    assertThat(chosen).as(tensor).hasSameSizeAs(expected);
    double kth = Double.POSITIVE_INFINITY;
    for (int position : expected) {
      kth = Math.min(kth, Math.abs(golden[position]));
    }
    TreeSet<Integer> different = new TreeSet<>();
    Arrays.stream(chosen).forEach(different::add);
    for (int position : expected) {
      if (!different.remove(position)) {
        different.add(position);
      }
    }
    for (int position : different) {
      assertThat(Math.abs(Math.abs(golden[position]) - kth))
          .as("%s[%d]", tensor, position)
          .isLessThanOrEqualTo(SAME_SCORE * kth);
    }
  }

  private static void agree(GoldenModel model, Mask mask, String golden, String scores) {
    ParameterLayout layout = model.spec().layout();
    GoldenTensors expected = model.expected("mask-" + golden);
    boolean ofScores = !golden.equals("magnitude");
    GoldenTensors scored = model.expected(scores);
    int compared = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      String name = layout.tensor(t).name();
      if (!encoder(layout).test(t)) {
        assertThat(mask.count(t)).isZero();
      } else if (!ofScores || !name.endsWith("attention.self.key.bias")) {
        agree(positions(mask, layout, t), expected.wholeNamed(name), scored.named(name), name);
        compared++;
      }
    }
    assertThat(compared).isPositive();
  }

  static int[] positions(Mask mask, ParameterLayout layout, int tensor) {
    return mask.isWhole(tensor)
        ? IntStream.range(0, layout.tensor(tensor).size()).toArray()
        : mask.positions(tensor);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void magnitude(String name) {
    GoldenModel model = GoldenModel.read(name);
    Engine engine = engine(model);
    ParameterLayout layout = model.spec().layout();
    ScoreSource base =
        new LocalScores(
            () ->
                IntStream.range(0, layout.tensorCount())
                    .filter(encoder(layout))
                    .boxed()
                    .flatMap(t -> BaseScores.slices(engine, layout, t).stream()));
    agree(model, mask(model, config(model, "magnitude"), base), "magnitude", "model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void samOfEachTensor(String name) {
    GoldenModel model = GoldenModel.read(name);
    Mask mask = scored(model, config(model, "sam"));
    agree(model, mask, "sam", "scores-gradient-sum");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void samOfAllTensors(String name) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    Mask mask = scored(model, config(model, "sam", "scope=global"));
    GoldenTensors scored = model.expected("scores-gradient-sum");
    int n =
        IntStream.range(0, layout.tensorCount())
            .filter(encoder(layout))
            .map(t -> layout.tensor(t).size())
            .sum();
    float[] golden = new float[n];
    int[] chosen = new int[mask.size()];
    int next = 0;
    int first = 0;
    for (int t : IntStream.range(0, layout.tensorCount()).filter(encoder(layout)).toArray()) {
      float[] scores = scored.named(layout.tensor(t).name());
      System.arraycopy(scores, 0, golden, first, scores.length);
      for (int position : positions(mask, layout, t)) {
        chosen[next++] = first + position;
      }
      first += scores.length;
    }
    int[] expected = model.expected("mask-sam-global").wholeNamed("flat");
    agree(chosen, expected, golden, "all");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void fisherByBatch(String name) {
    GoldenModel model = GoldenModel.read(name);
    MethodConfig config = config(model, "fisher", "granularity=batch");
    Mask mask = scored(model, config);
    agree(model, mask, "fisher-batch", "scores-gradient-square");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void fisherByExample(String name) {
    GoldenModel model = GoldenModel.read(name);
    MethodConfig config = config(model, "fisher", "scope=tensor");
    Mask mask = scored(model, config);
    agree(model, mask, "fisher-example", "scores-example-square");
  }
}
