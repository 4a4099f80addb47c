package io.sparsetune.sums;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class ScoreSumTest {
  private static final long SEED = 5;
  private static final int BATCHES = 12;
  private static final int BIG = ScoreSlice.LENGTH + 11;

  private final ParameterLayout layout =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.layer.0.a", Part.ENCODER, BIG),
              TensorSpec.of("encoder.layer.0.b", Part.ENCODER, 30),
              TensorSpec.of("encoder.layer.0.c", Part.ENCODER, 6)));
  private final IntPredicate wants = tensor -> tensor != 1;

  private static float[] gradient(int batch, int tensor, int size, double scale) {
    long key = Randomness.key(SEED, Purpose.DROPOUT, batch, tensor);
    float[] g = new float[size];
    for (int i = 0; i < size; i++) {
      g[i] = (float) (scale * (Randomness.uniform(key, i) - 0.4));
    }
    return g;
  }

  private void feed(DenseGradientSink sum, int batch, double scale) {
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (sum.wants(t)) {
        sum.add(t, gradient(batch, t, layout.tensor(t).size(), scale), 0, 2);
      }
    }
    sum.addLoss(batch, 2);
  }

  private static Map<String, float[]> scores(ScoreSum... parts) {
    Map<String, SumSlice> slices = new TreeMap<>();
    for (ScoreSum part : parts) {
      part.slices()
          .forEachRemaining(
              s -> slices.merge(s.tensor() + "/" + s.from(), s, (a, b) -> b.merge(a)));
    }
    Map<String, float[]> scores = new TreeMap<>();
    slices.forEach((key, slice) -> scores.put(key, slice.scores().values()));
    return scores;
  }

  @Test
  void slicesCoverTheWantedTensorsOnce() {
    assertThat(scores(ScoreSum.signed(layout, wants)).keySet())
        .containsExactly("0/0", "0/" + ScoreSlice.LENGTH, "2/0");
  }

  @Test
  void signedScoresAreMagnitudesOfSums() {
    ScoreSum sum = ScoreSum.signed(layout, wants);
    double[] expected = new double[6];
    for (int b = 0; b < BATCHES; b++) {
      feed(sum, b, 1);
      float[] g = gradient(b, 2, 6, 1);
      for (int i = 0; i < 6; i++) {
        expected[i] += g[i];
      }
    }
    float[] scores = scores(sum).get("2/0");
    for (int i = 0; i < 6; i++) {
      assertThat((double) scores[i]).isCloseTo(Math.abs(expected[i]), within(1e-6));
    }
  }

  @Test
  void squaresOfTinyAndOfHugeGradientsKeepTheirPrecision() {
    for (double scale : new double[] {1e-12, 1e-7, 1, 1e5}) {
      MaxAbs largest = new MaxAbs(layout, wants);
      for (int b = 0; b < BATCHES; b++) {
        feed(largest, b, scale);
      }
      ScoreSum sum = ScoreSum.ofSquares(layout, wants, largest.squareUnits());
      double[] expected = new double[6];
      for (int b = 0; b < BATCHES; b++) {
        feed(sum, b, scale);
        float[] g = gradient(b, 2, 6, scale);
        for (int i = 0; i < 6; i++) {
          expected[i] += (g[i] / 2.0) * (g[i] / 2.0);
        }
      }
      float[] scores = scores(sum).get("2/0");
      for (int i = 0; i < 6; i++) {
        assertThat((double) scores[i]).isCloseTo(expected[i], within(expected[i] * 1e-7));
      }
    }
  }

  @Test
  void orderThreadsAndPartsDoNotMatter() throws Exception {
    MaxAbs whole = new MaxAbs(layout, wants);
    MaxAbs left = new MaxAbs(layout, wants);
    MaxAbs right = new MaxAbs(layout, wants);
    for (int b = 0; b < BATCHES; b++) {
      feed(whole, b, 1);
      feed(b % 3 == 0 ? left : right, b, 1);
    }
    left.merge(right);
    double[] units = whole.squareUnits();
    assertThat(left.squareUnits()).isEqualTo(units);
    for (boolean squares : new boolean[] {false, true}) {
      ScoreSum inOrder = sum(squares, units);
      ScoreSum threaded = sum(squares, units);
      ScoreSum other = sum(squares, units);
      List<Thread> threads = new ArrayList<>();
      for (int b = BATCHES - 1; b >= 0; b--) {
        feed(inOrder, BATCHES - 1 - b, 1);
        int batch = b;
        threads.add(new Thread(() -> feed(batch % 4 == 0 ? other : threaded, batch, 1)));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      Map<String, float[]> expected = scores(inOrder);
      scores(threaded, other)
          .forEach((key, scores) -> assertThat(scores).isEqualTo(expected.get(key)));
    }
  }

  private ScoreSum sum(boolean squares, double[] units) {
    return squares ? ScoreSum.ofSquares(layout, wants, units) : ScoreSum.signed(layout, wants);
  }

  @Test
  void aGradientOutOfRangeNamesItsTensor() {
    float[] bad = {1, 2, Float.NaN, 0, 0, 0};
    ScoreSum signed = ScoreSum.signed(layout, wants);
    String message = "A gradient of encoder.layer.0.c is NaN: not finite or out of range";
    assertThatThrownBy(() -> signed.add(2, bad, 0, 1))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> new MaxAbs(layout, wants).add(2, bad, 0, 1))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage(message);
    ScoreSum squares = ScoreSum.ofSquares(layout, wants, new double[] {1, 1, 1});
    assertThatThrownBy(() -> squares.add(2, bad, 0, 1))
        .isInstanceOf(NotFiniteException.class)
        .hasMessage(message);
  }

  @Test
  void slicesOfDifferentPlacesDoNotMerge() {
    SumSlice slice = new SumSlice(0, 0, 1, new long[3]);
    assertThatThrownBy(() -> slice.merge(new SumSlice(1, 0, 1, new long[3])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid slices: they are of different places");
  }
}
