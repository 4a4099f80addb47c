package io.sparsetune.testing;

import io.sparsetune.config.TaskConfig.TaskType;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.RunId;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.engine.Randomness;
import io.sparsetune.engine.Randomness.Purpose;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.model.BaseModel;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.task.Metric;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Deltas of random positions and values. */
public final class Deltas {
  private Deltas() {}

  /** Every tenth or so position of each encoder tensor but the first, and the head whole. */
  public static SparseDelta random(BaseModel base, ModelSpec model, long seed) {
    ModelSpec spec =
        new ModelSpec(
            model.encoder(), model.pooling(), model.outputs(), model.loss(), Dropout.NONE);
    ParameterLayout layout = spec.layout();
    Mask.Builder builder = new Mask.Builder(layout);
    int k = 0;
    long n = 0;
    for (int t = 1; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.HEAD) {
        builder.whole(t);
      } else {
        long key = Randomness.key(seed, Purpose.RANDOM_MASK, t);
        int[] positions =
            IntStream.range(0, layout.tensor(t).size())
                .filter(i -> Randomness.below(key, i, 10) == 0)
                .toArray();
        builder.positions(t, positions);
        k += positions.length;
        n += layout.tensor(t).size();
      }
    }
    Mask trained = builder.build();
    float[] values = new float[trained.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Randomness.normal(seed, i);
    }
    boolean regression = spec.outputs() == 1;
    return new SparseDelta(
        new DeltaInfo(
            spec,
            base.fingerprint(),
            base.headFingerprint(spec, seed),
            "random",
            Optional.of(new MaskBudget(OptionalDouble.of(0.1), OptionalInt.empty(), Scope.TENSOR)),
            n,
            k,
            regression ? TaskType.REGRESSION : TaskType.CLASSIFICATION,
            regression
                ? List.of()
                : IntStream.range(0, spec.outputs())
                    .mapToObj(i -> "label \"" + i + "\" ü")
                    .toList(),
            regression ? Metric.PEARSON : Metric.ACCURACY,
            seed,
            RunId.of(
                "{}", base.fingerprint(), base.headFingerprint(spec, seed), "data", seed, "0.1.0"),
            "0.1.0"),
        trained,
        values);
  }
}
