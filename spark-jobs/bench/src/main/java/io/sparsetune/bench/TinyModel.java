package io.sparsetune.bench;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.batch.Shard;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
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
import io.sparsetune.random.Randomness;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A model of one layer and data of a few tokens: a step of it costs next to nothing, so that what
 * is left is what moving k values costs. Every example has a gradient for all of them.
 */
final class TinyModel {
  private static final long SEED = 1;
  private static final int WORDS = 1000;
  private static final int HIDDEN = 512;
  private static final int TOKENS = 4;
  static final int STEPS = 64;

  private static final ModelSpec SPEC =
      new ModelSpec(
          new EncoderConfig(
              Architecture.BERT, WORDS, HIDDEN, 1, 2, HIDDEN, Activation.GELU, TOKENS, 2, 0, 1e-12),
          Pooling.POOLER,
          2,
          Loss.CROSS_ENTROPY,
          new Dropout(0.1, 0.1, 0.1));

  private TinyModel() {}

  static ModelSpec spec() {
    return SPEC;
  }

  static Engine engine() {
    return RoomEngine.open(SPEC, weights());
  }

  static float[] weights() {
    return StepBench.weights(SPEC.layout());
  }

  /** The most values that can be trained: those of the layer's matrices. */
  static int largest() {
    return matrices().mapToInt(TensorSpec::size).sum();
  }

  private static Stream<TensorSpec> matrices() {
    return SPEC.layout().tensors().stream()
        .filter(tensor -> tensor.part() == Part.ENCODER && tensor.shape().size() == 2);
  }

  /** k of the layer's weights, evenly spread over its matrices. */
  static Mask mask(int k) {
    ParameterLayout layout = SPEC.layout();
    Mask.Builder builder = new Mask.Builder(layout);
    int size = largest();
    long before = 0;
    for (TensorSpec tensor : matrices().toList()) {
      long from = before * k / size;
      before += tensor.size();
      int count = (int) (before * k / size - from);
      long columns = tensor.size();
      builder.positions(
          layout.indexOf(tensor.name()),
          IntStream.range(0, count).map(i -> (int) (i * columns / count)).toArray());
    }
    return builder.build();
  }

  /** One micro-batch of one example for each shard and step. */
  static EpochPlan plan(int shards) {
    return new EpochPlan((long) shards * STEPS, shards, 1, 1, SEED);
  }

  static List<Shard> shards(int count) {
    return IntStream.range(0, count).mapToObj(TinyModel::shard).toList();
  }

  private static Shard shard(int index) {
    int[] ids = new int[STEPS * TOKENS];
    Arrays.setAll(ids, i -> 5 + (int) Randomness.below(SEED + index, i, WORDS - 5));
    int[] starts = IntStream.rangeClosed(0, STEPS).map(s -> s * TOKENS).toArray();
    float[] targets = new float[STEPS];
    for (int i = 0; i < STEPS; i++) {
      targets[i] = i % 2;
    }
    return new Shard(index, ids, new int[ids.length], starts, targets);
  }
}
