package io.sparsetune.mask;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.DivergedException;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopKTest {
  private static final long SEED = 20240607;

  /** A tensor and a position in it. */
  private record Place(int tensor, int position, float score) {}

  private static ParameterLayout layout(int... sizes) {
    List<TensorSpec> tensors = new ArrayList<>();
    for (int t = 0; t < sizes.length; t++) {
      tensors.add(TensorSpec.of("encoder.layer.0.t" + t, Part.ENCODER, sizes[t]));
    }
    return new ParameterLayout(tensors);
  }

  private static List<float[]> scores(ParameterLayout layout, IntToDoubleFunction score) {
    List<float[]> all = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      float[] scores = new float[layout.tensor(t).size()];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = (float) score.applyAsDouble(layout.offset(t) + i);
      }
      all.add(scores);
    }
    return all;
  }

  /** The slow, obvious way. */
  private static Mask sorted(ParameterLayout layout, List<float[]> scores, Scope scope, double p) {
    Mask.Builder builder = new Mask.Builder(layout);
    List<List<Place>> groups = new ArrayList<>();
    List<Place> all = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      List<Place> places = new ArrayList<>();
      for (int i = 0; i < scores.get(t).length; i++) {
        places.add(new Place(t, i, scores.get(t)[i]));
      }
      groups.add(places);
      all.addAll(places);
    }
    List<Place> chosen = new ArrayList<>();
    for (List<Place> group : scope == Scope.GLOBAL ? List.of(all) : groups) {
      int keep = Math.max(1, (int) (p * group.size()));
      group.stream()
          .sorted(Comparator.comparing(Place::score).reversed())
          .limit(keep)
          .forEach(chosen::add);
    }
    for (int t = 0; t < layout.tensorCount(); t++) {
      int tensor = t;
      int[] positions =
          chosen.stream()
              .filter(place -> place.tensor() == tensor)
              .mapToInt(Place::position)
              .sorted()
              .toArray();
      if (positions.length == layout.tensor(t).size()) {
        builder.whole(t);
      } else {
        builder.positions(t, positions);
      }
    }
    return builder.build();
  }

  private static Mask selected(
      ParameterLayout layout, List<float[]> scores, Scope scope, double p) {
    MaskScope all =
        MaskScope.ofTensors(layout, IntStream.range(0, layout.tensorCount()).boxed().toList());
    TopKGoal goal =
        new MaskBudget(OptionalDouble.of(p), OptionalInt.empty(), scope).goal(layout, all);
    return TopK.select(layout, goal, new ListedScores(scores));
  }

  @Test
  void agreesWithASortOfAllScores() {
    for (int round = 0; round < 60; round++) {
      long key = Randomness.key(SEED, Purpose.RANDOM_MASK, round);
      int[] sizes = new int[1 + Randomness.below(key, 0, 5)];
      for (int t = 0; t < sizes.length; t++) {
        sizes[t] = 1 + Randomness.below(key, t + 1L, 300);
      }
      ParameterLayout layout = layout(sizes);
      // Few distinct values give ties; the exponents reach down to denormal numbers and zero.
      int distinct = 1 + Randomness.below(key, 10, 40);
      List<float[]> scores =
          scores(
              layout,
              i -> {
                int v = Randomness.below(key, 100L + i, distinct);
                return v == 0 ? 0 : Math.pow(10, -v) * (1 + v);
              });
      double p = (1 + Randomness.below(key, 11, 1000)) / 1000.0;
      for (Scope scope : Scope.values()) {
        if (scope == Scope.GLOBAL && p * layout.size() < 1) {
          continue;
        }
        assertThat(selected(layout, scores, scope, p))
            .as("seed %d, round %d, %s", SEED, round, scope)
            .isEqualTo(sorted(layout, scores, scope, p));
      }
    }
  }

  @Test
  void lowerPositionWinsATieAcrossSlices() {
    ParameterLayout layout = layout(3, 2 * ScoreSlice.LENGTH + 7, 5);
    List<float[]> scores = scores(layout, i -> i % 1000 == 0 ? 2 : 1);
    for (Scope scope : Scope.values()) {
      assertThat(selected(layout, scores, scope, 0.7))
          .isEqualTo(sorted(layout, scores, scope, 0.7));
    }
  }

  @Test
  void bellShapedScoresOfSeveralSlicesAgreeWithASort() {
    ParameterLayout layout = layout(ScoreSlice.LENGTH + 1000, 50);
    List<float[]> scores = scores(layout, i -> Math.pow(Randomness.uniform(SEED, i), 8));
    for (Scope scope : Scope.values()) {
      for (double p : new double[] {0.0001, 0.005, 0.5}) {
        assertThat(selected(layout, scores, scope, p)).isEqualTo(sorted(layout, scores, scope, p));
      }
    }
  }

  /** Says which way the choice takes: how often it looks at all scores. */
  private static final class CountedScores implements ScoreSource {
    private final ScoreSource scores;
    private int histograms;
    private int maps;

    CountedScores(List<float[]> scores) {
      this.scores = new ListedScores(scores);
    }

    @Override
    public Histogram histogram(SliceFunction<Histogram> function) {
      histograms++;
      return scores.histogram(function);
    }

    @Override
    public <R> List<R> map(SliceFunction<R> function) {
      maps++;
      return scores.map(function);
    }
  }

  /** Three histograms are one of a sample and two of all scores. */
  private static void assertLooksAreTaken(
      int histograms, int maps, long k, IntToDoubleFunction score) {
    ParameterLayout layout = layout(100_000);
    List<float[]> scores = scores(layout, score);
    CountedScores counted = new CountedScores(scores);
    TopKGoal goal = TopKGoal.global(layout, MaskScope.ofTensors(layout, List.of(0)), k);
    assertThat(TopK.select(layout, goal, counted))
        .isEqualTo(sorted(layout, scores, Scope.GLOBAL, k / 1e5));
    assertThat(List.of(counted.histograms, counted.maps)).containsExactly(histograms, maps);
  }

  @Test
  void whatReachesTheSamplesFloorIsLookedAtOnce() {
    assertLooksAreTaken(1, 1, 1000, i -> Math.pow(Randomness.uniform(SEED, i), 8));
  }

  @Test
  void tooFewCandidatesAreNotTrusted() {
    int n = TopK.SAMPLED;
    assertLooksAreTaken(3, 2, 1000, i -> i % n == 0 ? 4 + i * 1e-3 : 1 + i * 1e-6);
  }

  @Test
  void candidatesThatAreTooManyStayWhereTheyAre() {
    int n = TopK.SAMPLED;
    assertLooksAreTaken(3, 3, 1000, i -> i % n == 0 ? i * 1e-3 : 200);
  }

  /** A million zeros, of which the first are wanted: all would be candidates. */
  @Test
  void aGreatManyEqualScoresStayWhereTheyAre() {
    ParameterLayout layout = layout(1 << 20, 30_000);
    List<float[]> scores = scores(layout, i -> 0);
    CountedScores counted = new CountedScores(scores);
    MaskScope all = MaskScope.ofTensors(layout, List.of(0, 1));
    Mask mask = TopK.select(layout, TopKGoal.global(layout, all, 100), counted);
    assertThat(mask.positions(0)).containsExactly(IntStream.range(0, 100).toArray());
    assertThat(counted.maps).isEqualTo(2);
  }

  @Test
  void aTensorOfWhichNothingIsWantedIsOnlyChecked() {
    ParameterLayout layout = layout(100_000, 1000);
    List<float[]> scores = scores(layout, i -> i < 100_000 ? 1 : i);
    MaskScope both = MaskScope.ofTensors(layout, List.of(0, 1));
    TopKGoal goal = TopKGoal.perTensor(layout, both, new int[] {0, 3});
    CountedScores counted = new CountedScores(scores);
    Mask mask = TopK.select(layout, goal, counted);
    assertThat(mask.count(0)).isZero();
    assertThat(mask.positions(1)).containsExactly(997, 998, 999);
    assertThat(List.of(counted.histograms, counted.maps)).containsExactly(1, 1);
    scores.get(0)[70_000] = Float.NaN;
    assertThatThrownBy(() -> TopK.select(layout, goal, new ListedScores(scores)))
        .isInstanceOf(DivergedException.class);
  }

  @Test
  void aSampleThatMisleadsChangesNothing() {
    ParameterLayout layout = layout(100_000);
    for (int large : new int[] {0, 1}) {
      List<float[]> scores = scores(layout, i -> i % TopK.SAMPLED == large ? 4 : 1 + i * 1e-6);
      for (double p : new double[] {0.01, 0.05}) {
        assertThat(selected(layout, scores, Scope.TENSOR, p))
            .isEqualTo(sorted(layout, scores, Scope.TENSOR, p));
      }
    }
  }

  @Test
  void allEqualScoresGiveTheFirstPositions() {
    ParameterLayout layout = layout(10, 10);
    Mask mask = selected(layout, scores(layout, i -> 0), Scope.GLOBAL, 0.6);
    assertThat(mask.isWhole(0)).isTrue();
    assertThat(mask.positions(1)).containsExactly(0, 1);
  }

  @Test
  void exactlyKAreChosen() {
    ParameterLayout layout = layout(977, 1013);
    List<float[]> scores = scores(layout, i -> i % 7);
    MaskScope scope = MaskScope.ofTensors(layout, List.of(0, 1));
    for (Scope by : Scope.values()) {
      for (int k : new int[] {1, 2, 10, 999, 1990}) {
        TopKGoal goal =
            new MaskBudget(OptionalDouble.empty(), OptionalInt.of(k), by).goal(layout, scope);
        assertThat(TopK.select(layout, goal, new ListedScores(scores)).size()).isEqualTo(k);
      }
    }
  }

  @Test
  void tensorsOutOfScopeAreLeftAlone() {
    ParameterLayout layout = layout(10, 10);
    TopKGoal goal =
        new MaskBudget(OptionalDouble.of(0.5), OptionalInt.empty(), Scope.GLOBAL)
            .goal(layout, MaskScope.ofTensors(layout, List.of(1)));
    Mask mask = TopK.select(layout, goal, new ListedScores(scores(layout, i -> 20 - i)));
    assertThat(mask.count(0)).isZero();
    assertThat(mask.positions(1)).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aSlicesScoresAreMagnitudesAndItTravelsAlone() throws Exception {
    ScoreSlice part = new ScoreSlice(3, 7, 2, new float[] {9, -5, 4, 9}, 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(part);
    }
    ScoreSlice arrived =
        (ScoreSlice)
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    assertThat(arrived.values()).containsExactly(-5, 4);
    assertThat(List.of(arrived.tensor(), arrived.from(), arrived.size())).containsExactly(3, 7, 2);
    for (ScoreSlice slice : List.of(part, arrived)) {
      assertThat(slice.score(0)).isEqualTo(5);
      assertThat(slice.score(1)).isEqualTo(4);
    }
  }

  @Test
  void aPartOfASliceKeepsItsPositions() {
    ScoreSlice slice = new ScoreSlice(3, 7, 4, new float[] {9, -5, 4, 2, 8}, 1);
    ScoreSlice twice = slice.only(new int[] {1, 2, 3}).only(new int[] {0, 2});
    assertThat(List.of(twice.position(0), twice.position(1), slice.position(1)))
        .containsExactly(8, 10, 8);
    assertThat(List.of(twice.score(0), twice.score(1))).containsExactly(4f, 8f);
    assertThatThrownBy(() -> new ScoreSlice(0, 0, 2, new float[2], 0, new int[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid slice: 1 steps for 2 scores");
  }

  @Test
  void aScoreThatIsNotFiniteIsAnError() {
    ParameterLayout layout = layout(3);
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(
              () -> selected(layout, List.of(new float[] {1, bad, 2}), Scope.TENSOR, 0.5))
          .isInstanceOf(DivergedException.class)
          .hasMessage(
              "A score of %s is %s: not finite; the model's weights or its gradients at the start"
                  + " are out of range",
              layout.tensor(0).name(), bad);
    }
  }

  @Test
  void aPartOfAGoalKeepsItsShareAndAtLeastOne() {
    ParameterLayout two =
        new ParameterLayout(
            List.of(
                TensorSpec.of("a", TensorSpec.Part.ENCODER, 10),
                TensorSpec.of("b", TensorSpec.Part.ENCODER, 3)));
    MaskScope scope = MaskScope.ofTensors(two, List.of(0, 1));
    TopKGoal goal = TopKGoal.perTensor(two, scope, new int[] {7, 1});
    assertThat(List.of(goal.part(1, 3).keep(0), goal.part(1, 3).keep(1))).containsExactly(2L, 1L);
    assertThat(List.of(goal.part(2, 3).keep(0), goal.part(2, 3).keep(1))).containsExactly(4L, 1L);
    assertThat(goal.part(3, 3).size()).isEqualTo(goal.size());
    assertThat(TopKGoal.global(two, scope, 5).part(1, 2).size()).isEqualTo(2);
  }
}
