package io.sparsetune.dense;

import io.sparsetune.mask.Mask;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.optim.OptimizerRecipe;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.sums.GradientSum;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTrainingTest {
  private static final ParameterLayout LAYOUT =
      new ParameterLayout(
          List.of(
              TensorSpec.of("encoder.layer.0.a", Part.ENCODER, 4, 3),
              TensorSpec.of("encoder.layer.0.b.bias", Part.ENCODER, 5)));

  private static DenseTrainer trainer(String optimizer, Integer... tensors) {
    Mask dense = Mask.none(LAYOUT).withWhole(LAYOUT, List.of(tensors));
    OptimizerRecipe recipe =
        MethodConfigs.run("training.weight_decay=0.1", "training.optimizer=" + optimizer)
            .training()
            .optimizer();
    Mask some = new Mask.Builder(LAYOUT).positions(0, new int[] {3, 9}).build();
    float[][] moments = new float[recipe.moments()][];
    for (int m = 0; m < moments.length; m++) {
      moments[m] = new float[] {0.25f, 0.5f};
    }
    TrainedState start =
        new TrainedState(some, new float[] {0.1f, -2}, new OptimizerState(7, moments));
    float[] base = new float[dense.size()];
    for (int i = 0; i < base.length; i++) {
      base[i] = (float) Math.sin(i);
    }
    return new PlainTraining(recipe).trainer(LAYOUT, dense, base, start);
  }

  /** Of Σ ½ (θ − 1)², for three examples. */
  private static GradientSum gradient(float[] theta) {
    float[] g = new float[theta.length];
    for (int i = 0; i < g.length; i++) {
      g[i] = 3 * (theta[i] - 1);
    }
    GradientSum sum = new GradientSum(g.length);
    sum.add(0, g, 0, g.length);
    sum.addLoss(1, 3);
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "sgd"})
  void aTrainerGoesOnFromItsSavedStateBitForBit(String optimizer) {
    SavedTrainers.goOnBitForBit(() -> trainer(optimizer, 0, 1), PlainTrainingTest::gradient, 6);
  }

  @Test
  void theStateOfAnotherTrainerIsRefused() {
    SavedTrainers.refuse(() -> trainer("adamw", 0, 1), trainer("sgd", 0, 1));
    SavedTrainers.refuse(() -> trainer("sgd", 0, 1), trainer("adamw", 0, 1));
    SavedTrainers.refuse(() -> trainer("sgd", 0, 1), trainer("sgd", 0));
  }
}
