package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.testing.GoldenModel;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Where each of the three rates drops. With a single token, a dropped element leaves a row or a
 * column of zeros in the gradient of the weight above or below it.
 */
class DropoutPlacesTest {
  private static final int KEYS = 8;

  private final GoldenModel model = GoldenModel.read("bert");
  private final ParameterLayout layout = model.spec().layout();

  @Test
  void withoutARateNothingIsDropped() {
    assertThat(places(Dropout.NONE)).isEmpty();
  }

  @Test
  void theHiddenRateDropsEmbeddingsAndWhatIsAddedToAResidual() {
    assertThat(places(new Dropout(0.3, 0, 0)))
        .containsExactly("attention.output", "embeddings", "output");
  }

  @Test
  void theAttentionRateDropsProbabilities() {
    assertThat(places(new Dropout(0, 0.3, 0))).containsExactly("probabilities");
  }

  @Test
  void theClassifiersRateDropsItsInput() {
    assertThat(places(new Dropout(0, 0, 0.3))).containsExactly("classifier");
  }

  private Set<String> places(Dropout dropout) {
    ModelSpec own = model.spec();
    ModelSpec spec =
        new ModelSpec(own.encoder(), own.pooling(), own.outputs(), own.loss(), dropout);
    Engine engine = RoomEngine.open(spec, model.theta().clone());
    Mask all = MaskedGradientTest.whole(layout, tensor -> true);
    engine.install(all, model.theta());
    EngineWorker worker = engine.newWorker();
    MicroBatch token =
        new MicroBatch(new int[] {7}, new int[] {0}, new int[] {0, 1}, new float[] {1});
    Set<String> places = new TreeSet<>();
    for (int key = 1; key <= KEYS; key++) {
      GradientSum sum = new GradientSum(all.size());
      worker.gradient(token, key, sum);
      double[] gradient = MaskedGradientTest.sums(sum);
      String layer = "encoder.layer.0.";
      String value = layer + "attention.self.value.weight";
      add(places, "embeddings", hasColumnOfZeros(gradient, value));
      add(places, "probabilities", hasRowOfZeros(gradient, value));
      add(
          places,
          "attention.output",
          hasRowOfZeros(gradient, layer + "attention.output.dense.weight"));
      add(places, "output", hasRowOfZeros(gradient, layer + "output.dense.weight"));
      add(places, "classifier", hasColumnOfZeros(gradient, "classifier.weight"));
    }
    return places;
  }

  private static void add(Set<String> places, String place, boolean dropped) {
    if (dropped) {
      places.add(place);
    }
  }

  private boolean hasRowOfZeros(double[] gradient, String tensor) {
    int columns = layout.tensor(layout.indexOf(tensor)).columns();
    return hasZeros(gradient, tensor, columns, 1);
  }

  private boolean hasColumnOfZeros(double[] gradient, String tensor) {
    int columns = layout.tensor(layout.indexOf(tensor)).columns();
    return hasZeros(gradient, tensor, 1, columns);
  }

  /** Whether one of the lines is zero, but not all: that has other reasons. */
  private boolean hasZeros(double[] gradient, String name, int toNextLine, int toNextElement) {
    int tensor = layout.indexOf(name);
    int size = layout.tensor(tensor).size();
    int columns = layout.tensor(tensor).columns();
    int lines = toNextLine == 1 ? columns : size / columns;
    int zeros = 0;
    for (int line = 0; line < lines; line++) {
      boolean zero = true;
      for (int i = 0; i < size / lines; i++) {
        zero &= gradient[layout.offset(tensor) + line * toNextLine + i * toNextElement] == 0;
      }
      zeros += zero ? 1 : 0;
    }
    return zeros > 0 && zeros < lines;
  }
}
