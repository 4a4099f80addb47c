package io.sparsetune.dense;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RoundScoresTest {
  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(TensorSpec.of("a", Part.ENCODER, 4), TensorSpec.of("b", Part.ENCODER, 2)));
  private final PlainTraining training =
      new PlainTraining(MethodConfigs.run().training().optimizer());
  private final StateSlice slice =
      new StateSlice(0, 0, new float[][] {{1, -2, 3, 4}}, new float[] {1, 1, 3.5f, 0});

  private static float[] scores(ScoreSlice slice) {
    return slice.values();
  }

  @Test
  void distancesAreFromTheBase() {
    RoundScores rule = new RoundScores(1, Mask.none(layout));
    ScoreSlice first = rule.blended(training, slice, Optional.empty());
    assertThat(scores(first)).containsExactly(0, 3, 0.5f, 4);
    ScoreSlice earlier = new ScoreSlice(0, 0, new float[] {9, 9, 9, 9});
    assertThat(scores(rule.blended(training, slice, Optional.of(earlier))))
        .containsExactly(0, 3, 0.5f, 4);
    assertThat(rule.remembers()).isFalse();
  }

  @Test
  void momentumBlendsThemWithThoseOfTheRoundBefore() {
    RoundScores rule = new RoundScores(0.25, Mask.none(layout));
    assertThat(rule.remembers()).isTrue();
    ScoreSlice first = rule.blended(training, slice, Optional.empty());
    assertThat(scores(first)).containsExactly(0, 3, 0.5f, 4);
    ScoreSlice earlier = new ScoreSlice(0, 0, new float[] {8, 1, 0, 0});
    assertThat(scores(rule.blended(training, slice, Optional.of(earlier))))
        .containsExactly(6, 1.5f, 0.125f, 1);
  }

  @Test
  void whatStaysIsAboveAllOthers() {
    Mask stays = new Mask.Builder(layout).positions(0, new int[] {0, 2}).whole(1).build();
    RoundScores rule = new RoundScores(1, stays);
    ScoreSlice kept = rule.withStays(rule.blended(training, slice, Optional.empty()));
    assertThat(scores(kept)).containsExactly(Float.MAX_VALUE, 3, Float.MAX_VALUE, 4);
    ScoreSlice end = rule.withStays(new ScoreSlice(0, 2, new float[] {1, 2}));
    assertThat(scores(end)).containsExactly(Float.MAX_VALUE, 2);
    assertThat(scores(rule.withStays(new ScoreSlice(1, 0, new float[] {1, 2}))))
        .containsOnly(Float.MAX_VALUE);
  }

  @Test
  void oneWorkersMeanIsItsOwnState() {
    StateSlice odd = new StateSlice(0, 0, new float[][] {{0.1f, 1e-38f}}, new float[] {0, 0});
    assertThat(WorkerSlice.mean(List.of(new WorkerSlice(0, 7, odd)))).isSameAs(odd);
  }

  @Test
  void aMeanIsWeightedByExamplesWhateverTheOrderOfArrival() {
    StateSlice zero = new StateSlice(0, 0, new float[][] {{1, 10}}, new float[] {5, 6});
    StateSlice one = new StateSlice(0, 0, new float[][] {{4, -10}}, new float[] {5, 6});
    List<WorkerSlice> arrived = List.of(new WorkerSlice(1, 1, one), new WorkerSlice(0, 2, zero));
    StateSlice mean = WorkerSlice.mean(arrived);
    assertThat(mean.state()[0]).containsExactly(2, (float) (10.0 / 3));
    assertThat(mean.base()).containsExactly(5, 6);
  }

  @Test
  void whatIsKeptIsPutTogetherByOrdinal() {
    Mask kept = new Mask.Builder(layout).positions(0, new int[] {1, 3}).whole(1).build();
    StateSlice a =
        new StateSlice(0, 0, new float[][] {slice.state()[0], {5, 6, 7, 8}}, slice.base());
    StateSlice b = new StateSlice(1, 0, new float[][] {{7, 8}, {1, 2}}, new float[] {0, 0});
    List<ChosenSlice> parts =
        List.of(ChosenSlice.of(training, kept, b), ChosenSlice.of(training, kept, a));
    assertThat(ChosenSlice.values(kept, parts)).containsExactly(-2, 4, 7, 8);
    assertThat(ChosenSlice.moments(kept, parts)).isDeepEqualTo(new float[][] {{6, 8, 1, 2}});
  }
}
