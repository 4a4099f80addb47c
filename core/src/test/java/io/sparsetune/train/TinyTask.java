package io.sparsetune.train;

import io.sparsetune.batch.EncodedExample;
import io.sparsetune.batch.RowHash;
import io.sparsetune.batch.Shard;
import io.sparsetune.batch.ShardDealer;
import io.sparsetune.config.RunConfig;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.local.LocalData;
import io.sparsetune.local.LocalStepExecutor;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfigs;
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
import io.sparsetune.progress.ScoreProgress;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.store.RoundStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A task that a small BERT of random weights can learn: does every third word of the text read
 * {@link #SIGN}? Its texts are from 3 tokens long to the most that the model takes; the last batch
 * is ragged.
 */
public final class TinyTask {
  private static final int EXAMPLES = 61;
  private static final int VALIDATION = 40;
  private static final int SIGN = 7;
  private static final long SEED = 31;

  private TinyTask() {}

  /** Of dropout 0.1. */
  public static ModelSpec spec() {
    return new ModelSpec(
        new EncoderConfig(Architecture.BERT, 50, 16, 2, 2, 32, Activation.GELU, 24, 2, 0, 1e-12),
        Pooling.POOLER,
        2,
        Loss.CROSS_ENTROPY,
        new Dropout(0.1, 0.1, 0.1));
  }

  /** θ⁰, a new array. */
  public static float[] theta() {
    return theta(spec(), 0);
  }

  private static float[] theta(ModelSpec spec, long seed) {
    ParameterLayout layout = spec.layout();
    ParameterLayout base = spec().layout();
    float[] theta = new float[layout.size()];
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      if (tensor.part() == Part.ADDED) {
        System.arraycopy(spec.initial(t, seed), 0, theta, layout.offset(t), tensor.size());
        continue;
      }
      long key = Randomness.key(SEED, Purpose.HEAD_INITIALISATION, base.indexOf(tensor.name()));
      boolean gain = tensor.name().endsWith("LayerNorm.weight");
      double scale = tensor.shape().size() == 1 ? 0.02 : 0.2;
      for (int i = 0; i < tensor.size(); i++) {
        theta[layout.offset(t) + i] = (float) ((gain ? 1 : 0) + scale * Randomness.normal(key, i));
      }
    }
    return theta;
  }

  /** The model that the configuration's method trains. */
  public static ModelSpec spec(RunConfig config) {
    return spec().with(config.method().equivalentModel(spec().encoder()));
  }

  /** θ⁰ of the model that the configuration's method trains, a new array. */
  public static float[] theta(RunConfig config) {
    return theta(spec(config), config.training().seed());
  }

  /** The mask that the configuration asks for. */
  public static MaskProblem problem(RunConfig config) {
    return new MaskProblem(spec(config).layout(), config.method(), config.training().seed());
  }

  /** The mask of the configuration's method at θ⁰, without the head. */
  public static Mask mask(StepExecutor executor, RunConfig config) {
    return MaskChoice.atBase(problem(config), executor, 1, ScoreProgress.NONE);
  }

  /** An engine with θ⁰, in the room. */
  public static Engine engine() {
    return RoomEngine.open(spec(), theta());
  }

  /** The same for the model that the configuration's method trains. */
  public static Engine engine(RunConfig config) {
    return RoomEngine.open(spec(config), theta(config));
  }

  /** Eight epochs of four steps, four shards of micro-batches of four. */
  public static RunConfig config(String... keyValues) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "training.batch_size=16",
                "training.micro_batch_size=4",
                "training.num_train_epochs=8",
                "training.learning_rate=0.02",
                "training.weight_decay=0.01",
                "data.length_window=2",
                "method.sparsity=0.05"));
    all.addAll(Arrays.asList(keyValues));
    return MethodConfigs.run(all.toArray(String[]::new));
  }

  /** Training examples, in no order. */
  public static List<EncodedExample> trainExamples() {
    return examples(0, EXAMPLES);
  }

  /** Validation examples, in no order. */
  public static List<EncodedExample> validationExamples() {
    return examples(EXAMPLES, VALIDATION);
  }

  private static List<EncodedExample> examples(int first, int count) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int e = first; e < first + count; e++) {
      long key = Randomness.key(SEED, Purpose.SHARD_ORDER, e);
      int length = e % 10 == 0 ? 24 : 3 + Randomness.below(key, 0, 22);
      int[] tokens = new int[length];
      for (int i = 0; i < length; i++) {
        tokens[i] = 8 + Randomness.below(key, 1L + i, 42);
      }
      tokens[0] = 1;
      boolean signed = Randomness.below(key, 100, 2) == 1;
      for (int i = 1; i < length && signed; i += 3) {
        tokens[i] = SIGN;
      }
      examples.add(
          new EncodedExample(
              RowHash.of(Arrays.toString(tokens), Integer.toString(e)),
              tokens,
              new int[length],
              signed ? 1 : 0));
    }
    return examples;
  }

  /** The data in memory. */
  public static LocalData data(RunConfig config) {
    TrainingPlan plan = TrainingPlan.of(config, EXAMPLES);
    List<Shard> shards = ShardDealer.deal(trainExamples(), plan.epochs().shards());
    Shard validation = ShardDealer.deal(validationExamples(), 1).get(0);
    return new LocalData(
        shards, plan.epochs(), Map.of("validation", validation), config.training().evalBatchSize());
  }

  /** The executor that defines every result. */
  public static LocalStepExecutor executor(RunConfig config, int threads) {
    return executor(config, threads, () -> engine(config));
  }

  /** The same with a store. */
  public static LocalStepExecutor executor(RunConfig config, int threads, RoundStore store) {
    return new LocalStepExecutor(
        "tiny-" + System.nanoTime(),
        spec(config),
        () -> engine(config),
        data(config),
        threads,
        store);
  }

  static LocalStepExecutor executor(RunConfig config, int threads, Supplier<Engine> loader) {
    return new LocalStepExecutor(
        "tiny-" + System.nanoTime(), spec(config), loader, data(config), threads);
  }
}
