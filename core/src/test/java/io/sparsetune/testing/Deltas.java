package io.sparsetune.testing;

import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.RunId;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.Arrays;
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
    return random(base, model, seed, share(0.1), Deltas::tenth);
  }

  /** ⌊p·n⌋ positions, one at least, of each weight of a Linear layer of the encoder. */
  public static SparseDelta linear(BaseModel base, ModelSpec model, double p, long seed) {
    return random(
        base,
        model,
        seed,
        share(p),
        (tensor, key) ->
            tensor.isLinearWeight()
                ? drawn(key, tensor.size(), Math.max(1, (int) (p * tensor.size())))
                : new int[0]);
  }

  /** Of each weight of a Linear layer another share. */
  public static SparseDelta uneven(BaseModel base, ModelSpec model, long seed) {
    return random(
        base,
        model,
        seed,
        Optional.empty(),
        (tensor, key) ->
            tensor.isLinearWeight()
                ? drawn(key, tensor.size(), 2 + tensor.name().length() * tensor.size() / 100)
                : new int[0]);
  }

  /** The tensors that a model adds and the head, whole. */
  public static SparseDelta added(BaseModel base, ModelSpec model, long seed) {
    ParameterLayout layout = model.layout();
    Mask.Builder builder = new Mask.Builder(layout);
    int k = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      Part part = layout.tensor(t).part();
      if (part == Part.HEAD || part == Part.ADDED) {
        builder.whole(t);
        k += part == Part.ADDED ? layout.tensor(t).size() : 0;
      }
    }
    return delta(base, model, seed, Optional.empty(), k, k, builder.build());
  }

  private static int[] tenth(TensorSpec tensor, long key) {
    return IntStream.range(0, tensor.size())
        .filter(i -> Randomness.below(key, i, 10) == 0)
        .toArray();
  }

  private static int[] drawn(long key, int size, int count) {
    return Arrays.stream(Randomness.permutation(key, size)).limit(count).sorted().toArray();
  }

  private static Optional<MaskBudget> share(double p) {
    return Optional.of(new MaskBudget(OptionalDouble.of(p), OptionalInt.empty(), Scope.TENSOR));
  }

  private interface Chooser {
    int[] positions(TensorSpec tensor, long key);
  }

  private static SparseDelta random(
      BaseModel base, ModelSpec model, long seed, Optional<MaskBudget> budget, Chooser chooser) {
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
        int[] positions =
            chooser.positions(layout.tensor(t), Randomness.key(seed, Purpose.RANDOM_MASK, t));
        builder.positions(t, positions);
        k += positions.length;
        n += layout.tensor(t).size();
      }
    }
    return delta(base, spec, seed, budget, n, k, builder.build());
  }

  private static SparseDelta delta(
      BaseModel base,
      ModelSpec spec,
      long seed,
      Optional<MaskBudget> budget,
      long n,
      int k,
      Mask trained) {
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
            budget,
            n,
            k,
            regression
                ? TaskType.REGRESSION
                : spec.loss() == Loss.CHOICE_CROSS_ENTROPY
                    ? TaskType.MULTIPLE_CHOICE
                    : TaskType.CLASSIFICATION,
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
