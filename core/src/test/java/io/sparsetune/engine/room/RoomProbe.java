package io.sparsetune.engine.room;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.sums.GradientSum;
import java.util.Arrays;
import java.util.List;

/**
 * Uses the engine by nothing but this library's classes, so that any loader, or a JVM of its own,
 * can run it.
 */
public final class RoomProbe {
  private RoomProbe() {}

  /** Logits and the classifier's gradient of a tiny model, and who loaded the engine. */
  public static String run() {
    EncoderConfig encoder =
        new EncoderConfig(Architecture.BERT, 11, 8, 1, 2, 16, Activation.GELU, 7, 2, 0, 1e-12);
    ModelSpec spec =
        new ModelSpec(encoder, Pooling.POOLER, 3, Loss.CROSS_ENTROPY, new Dropout(.1, .1, .1));
    float[] theta = new float[spec.layout().size()];
    for (int i = 0; i < theta.length; i++) {
      theta[i] = (i * 37 % 101 - 50) / 100f;
    }
    Engine engine = RoomEngine.open(spec, theta);
    Mask head =
        Mask.none(spec.layout())
            .withWhole(spec.layout(), List.of(spec.layout().indexOf("classifier.weight")));
    engine.install(head, engine.gather(head));
    EngineWorker worker = engine.newWorker();
    MicroBatch batch =
        new MicroBatch(
            new int[] {1, 2, 3, 4, 5},
            new int[] {0, 0, 1, 0, 1},
            new int[] {0, 3, 5},
            new float[] {2, 0});
    GradientSum sum = new GradientSum(head.size());
    worker.gradient(batch, 1, sum);
    double[] gradient = new double[sum.size()];
    Arrays.setAll(gradient, sum::sum);
    return Arrays.toString(worker.logits(batch))
        + Arrays.toString(gradient)
        + sum.meanLoss()
        + engine.getClass().getClassLoader().getName();
  }

  /** Prints what {@link #run} returns. */
  public static void main(String[] arguments) {
    System.out.println(run());
  }
}
