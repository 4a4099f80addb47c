package io.sparsetune.method;

import static io.sparsetune.method.MethodConfigs.method;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.error.ConfigException;
import io.sparsetune.mask.ListedScores;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.random.RandomMask;
import io.sparsetune.method.sam.Sam;
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
import io.sparsetune.train.TinyTask;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

class MethodsTest {
  private final ParameterLayout layout =
      new ModelSpec(
              new EncoderConfig(Architecture.BERT, 9, 4, 2, 2, 8, Activation.GELU, 6, 2, 0, 1e-12),
              Pooling.POOLER,
              2,
              Loss.CROSS_ENTROPY,
              Dropout.NONE)
          .layout();

  private Mask mask(MethodConfig config, long seed) {
    return Methods.named(config.name())
        .mask(new MaskProblem(layout, config, seed), ScoreSource.none());
  }

  private List<String> chosen(Mask mask) {
    List<String> names = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (mask.count(t) > 0) {
        assertThat(mask.isWhole(t)).isTrue();
        names.add(layout.tensor(t).name());
      }
    }
    return names;
  }

  @Test
  void namesAreThoseOfTheConfiguration() {
    for (String name : Methods.names()) {
      String[] needed =
          name.equals("file") ? new String[] {"path=mask.safetensors"} : new String[0];
      assertThat(Methods.named(method(name, needed).name()).name()).isEqualTo(name);
    }
  }

  @Test
  void anUnknownMethodIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> Methods.named("fischer"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.name: 'fischer' is not one of "
                + String.join(", ", Methods.names())
                + ". Did you mean 'fisher'?");
  }

  @Test
  void fullTrainsEverythingAndCountsIt() {
    Mask mask = mask(method("full"), 1);
    List<Integer> head = Methods.headTensors(layout, method("full"));
    assertThat(mask.withWhole(layout, head).size()).isEqualTo(layout.size());
    int headSize = head.stream().mapToInt(t -> layout.tensor(t).size()).sum();
    assertThat(mask.size()).isEqualTo(layout.size() - headSize);
    assertThat(Methods.named("full").parameters(new MaskProblem(layout, method("full"), 1)))
        .isEqualTo(mask.size());
    for (String layersOnly : List.of("exclude=[embeddings]", "include=[encoder.layer.*]")) {
      assertThat(chosen(mask(method("full", layersOnly), 1)))
          .isNotEmpty()
          .allMatch(name -> name.startsWith("encoder.layer."));
    }
  }

  @Test
  void bitFitTrainsEveryBiasOfTheLayers() {
    List<String> biases =
        layout.tensors().stream()
            .filter(t -> t.part() == Part.ENCODER && t.name().endsWith(".bias"))
            .map(TensorSpec::name)
            .toList();
    assertThat(chosen(mask(method("bitfit"), 1))).isEqualTo(biases);
    assertThat(chosen(mask(method("bitfit", "include=[embeddings]"), 1)))
        .hasSize(biases.size() + 1)
        .contains("embeddings.LayerNorm.bias");
    assertThat(chosen(mask(method("bitfit", "biases=[query, intermediate]"), 1)))
        .containsExactly(
            "encoder.layer.0.attention.self.query.bias",
            "encoder.layer.0.intermediate.dense.bias",
            "encoder.layer.1.attention.self.query.bias",
            "encoder.layer.1.intermediate.dense.bias");
  }

  @Test
  void biasesThatDoNotExistAreRefused() {
    assertThatThrownBy(() -> mask(method("bitfit", "biases=[querry]"), 1))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.biases: 'querry' is part of no bias's name. Did you mean 'query'?");
    assertThatThrownBy(() -> mask(method("bitfit", "exclude=['*.bias']"), 1))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Invalid method.include: it leaves no bias for method.name bitfit to train");
  }

  @Test
  void randomChoosesExactlyTheBudgetOfEachTensorOrOfAll() {
    for (int seed = 0; seed < 20; seed++) {
      MethodConfig config = method("random", "sparsity=0.25");
      Mask mask = mask(config, seed);
      for (int t = 0; t < layout.tensorCount(); t++) {
        boolean inside = layout.tensor(t).part() == Part.ENCODER;
        assertThat(mask.count(t)).isEqualTo(inside ? layout.tensor(t).size() / 4 : 0);
      }
      MethodConfig global = method("random", "k=33", "scope=global");
      assertThat(mask(global, seed).size()).isEqualTo(33);
      assertThat(mask(global, seed)).isEqualTo(mask(global, seed));
    }
    Set<Mask> masks = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      masks.add(mask(method("random", "k=33", "scope=global"), seed));
    }
    assertThat(masks).hasSize(20);
    assertThat(mask(method("random", "sparsity=1"), 1).size())
        .isEqualTo(new MaskProblem(layout, method("random"), 1).scope().size());
  }

  @Test
  void randomIsUniform() {
    ParameterLayout one =
        new ParameterLayout(List.of(TensorSpec.of("encoder.layer.0.a", Part.ENCODER, 20)));
    int draws = 4000;
    for (String scope : List.of("tensor", "global")) {
      MethodConfig config = method("random", "k=5", "scope=" + scope);
      int[] counts = new int[20];
      for (int seed = 0; seed < draws; seed++) {
        Mask mask = new RandomMask().mask(new MaskProblem(one, config, seed), ScoreSource.none());
        for (int position : mask.positions(0)) {
          counts[position]++;
        }
      }
      // Binomial of mean 1000 and standard deviation 27.
      for (int count : counts) {
        assertThat(count).isCloseTo(draws / 4, within(140));
      }
    }
  }

  /** METHODS' closed form: g = (3, −2, 1, .5), h = (4, 1, .2, .04), k = 2. */
  @Test
  void samKeepsTheLargestDecreaseWhereTheHessianIsConstant() {
    ParameterLayout four =
        new ParameterLayout(List.of(TensorSpec.of("encoder.layer.0.a", Part.ENCODER, 4)));
    float[] g = {3, -2, 1, 0.5f};
    double[] h = {4, 1, 0.2, 0.04};
    float[] scores = new float[4];
    float[] newton = new float[4];
    for (int i = 0; i < 4; i++) {
      scores[i] = Math.abs(g[i]);
      newton[i] = (float) (g[i] * g[i] / h[i]);
    }
    MaskProblem problem = new MaskProblem(four, method("sam", "k=2"), 1);
    int[] sam = new Sam().mask(problem, new ListedScores(List.of(scores))).positions(0);
    assertThat(sam).containsExactly(0, 1);
    assertThat(decrease(sam, g, h)).isCloseTo(3.125, within(1e-6));
    int[] best = new Sam().mask(problem, new ListedScores(List.of(newton))).positions(0);
    assertThat(best).containsExactly(2, 3);
    assertThat(decrease(best, g, h)).isCloseTo(5.625, within(1e-6));
  }

  private static double decrease(int[] positions, float[] g, double[] h) {
    double sum = 0;
    for (int i : positions) {
      sum += 0.5 * g[i] * g[i] / h[i];
    }
    return sum;
  }

  @Test
  void scoreRoundsAreAtMostAnEpochUnlessMoreIsAskedFor() {
    EpochPlan plan = new EpochPlan(61, 4, 4, 2, 1);
    assertThat(scoreRound(method("sam"), plan).steps()).isEqualTo(4);
    assertThat(scoreRound(method("sam", "score_steps=9"), plan).steps()).isEqualTo(9);
    ScoreRound round = scoreRound(method("sam", "score_steps=2"), plan);
    assertThat(round.steps()).isEqualTo(2);
    assertThat(round.ofSquares()).isFalse();
  }

  @Test
  void eachMethodAsksForItsOwnSums() {
    EpochPlan plan = new EpochPlan(61, 4, 4, 2, 1);
    assertThat(kind(method("sam"), plan)).isEqualTo(ScoreRound.Kind.GRADIENTS);
    assertThat(kind(method("fisher"), plan)).isEqualTo(ScoreRound.Kind.EXAMPLE_SQUARES);
    assertThat(kind(method("fisher", "granularity=batch"), plan))
        .isEqualTo(ScoreRound.Kind.BATCH_SQUARES);
  }

  private static ScoreRound.Kind kind(MethodConfig config, EpochPlan plan) {
    return scoreRound(config, plan).kind();
  }

  private static ScoreRound scoreRound(MethodConfig config, EpochPlan plan) {
    MaskProblem problem = new MaskProblem(TinyTask.spec().layout(), config, 1);
    return ((Evidence.GradientSums) config.method().evidence(problem)).round(plan);
  }

  /** A million steps: what looks at all earlier ones at every step does not end. */
  @Test
  @Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
  void aLongScoreRoundIsPlannedInOnePass() {
    EpochPlan plan = new EpochPlan(1_000_000, 1, 1, 64, 1);
    ScoreRound round = scoreRound(method("fisher", "samples=900_000"), plan);
    assertThat(round.steps()).isEqualTo(900_000);
    int taken = 0;
    for (int step = 0; step < round.steps(); step++) {
      taken += round.examplesOf(plan, 0, step);
    }
    assertThat(taken).isEqualTo(900_000);
  }

  @Test
  void fisherByExampleTakesExactlyItsSamplesInThePlansOrder() {
    EpochPlan plan = new EpochPlan(61, 4, 4, 2, 1);
    for (int samples : new int[] {1, 5, 16, 17, 30, 61, 1000}) {
      ScoreRound round = scoreRound(method("fisher", "samples=" + samples), plan);
      int taken = 0;
      boolean ended = false;
      for (int step = 0; step < round.steps(); step++) {
        for (int shard = 0; shard < 4; shard++) {
          int take = round.examplesOf(plan, shard, step);
          assertThat(ended && take > 0).isFalse();
          ended |= take < plan.microBatchSize(shard, step);
          taken += take;
        }
      }
      assertThat(taken).isEqualTo(Math.min(samples, 61));
    }
  }
}
