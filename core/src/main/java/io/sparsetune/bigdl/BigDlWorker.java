package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.ClassNLLCriterion;
import com.intel.analytics.bigdl.nn.MSECriterion;
import com.intel.analytics.bigdl.nn.abstractnn.TensorCriterion;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.InspectedWorker;
import io.sparsetune.engine.WorkerStatistics;
import io.sparsetune.kernels.Kernels;
import io.sparsetune.kernels.Products;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Loss;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.sums.GradientSum;
import io.sparsetune.sums.NotFiniteException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/** One thread's graph, criterion and activations. */
final class BigDlWorker implements InspectedWorker {
  private final BigDlEngine engine;
  private final ParameterLayout layout;
  private final Workspace ws;
  private final EncoderGraph graph;
  private final MaskedGradients masked;
  private final DenseGradients dense;
  private final TensorCriterion<Float> criterion;
  private final Slot tokens;
  private final Slot targets;
  private BitSet wiredFor;

  BigDlWorker(BigDlEngine engine, ParameterLayout layout, float[] theta) {
    this.engine = engine;
    this.layout = layout;
    Kernels kernels = Kernels.create();
    Products products = engine.products(kernels);
    this.ws = new Workspace(engine.spec(), layout, theta, kernels, products);
    this.graph = new EncoderGraph(ws);
    this.masked = new MaskedGradients(layout, kernels, products);
    this.dense = new DenseGradients(layout, kernels, products);
    this.criterion = sumOverExamples(engine.spec().loss());
    this.tokens = ws.own();
    this.targets = ws.own();
  }

  private static TensorCriterion<Float> sumOverExamples(Loss loss) {
    return switch (loss) {
      case CROSS_ENTROPY, CHOICE_CROSS_ENTROPY ->
          new ClassNLLCriterion<>(null, false, true, -1, BigDl.FLOAT, BigDl.NUMERIC);
      case MEAN_SQUARED_ERROR -> {
        MSECriterion<Float> squares = new MSECriterion<>(BigDl.FLOAT, BigDl.NUMERIC);
        squares.sizeAverage_$eq(false);
        yield squares;
      }
    };
  }

  @Override
  public void gradient(MicroBatch batch, long dropoutKey, GradientSum into) {
    if (batch.examples() == 0) {
      return;
    }
    Mask mask = engine.installed();
    wire(tensor -> mask.count(tensor) > 0);
    double loss = pass(batch, dropoutKey, masked.into(mask, into));
    into.addLoss(loss, batch.examples());
  }

  @Override
  public void denseGradient(MicroBatch batch, long dropoutKey, DenseGradientSink into) {
    if (batch.examples() == 0) {
      return;
    }
    wire(into::wants);
    double loss = pass(batch, dropoutKey, dense.into(into, batch.examples()));
    into.addLoss(loss, batch.examples());
  }

  private void wire(IntPredicate trained) {
    BitSet set = new BitSet();
    for (int t = 0; t < layout.tensorCount(); t++) {
      set.set(t, trained.test(t));
    }
    if (!set.equals(wiredFor)) {
      graph.train(set::get);
      wiredFor = set;
    }
  }

  /** Forward and backward; the loss summed over examples. */
  private double pass(MicroBatch batch, long dropoutKey, Gradients gradients) {
    ws.begin(batch, dropoutKey, gradients);
    Tensor<Float> output = graph.forward(input(batch));
    Tensor<Float> wanted = wanted(batch);
    float loss = criterion.forward(output, wanted);
    if (!Float.isFinite(loss)) {
      throw new NotFiniteException("The loss is %s: not finite".formatted(loss));
    }
    graph.backward(tokens.tensor(), criterion.backward(output, wanted));
    return loss;
  }

  private Tensor<Float> input(MicroBatch batch) {
    check(batch);
    float[] ids = tokens.shape(1, batch.tokens());
    for (int t = 0; t < batch.tokens(); t++) {
      ids[t] = batch.tokenIds()[t];
    }
    return tokens.tensor();
  }

  private void check(MicroBatch batch) {
    int types = engine.spec().encoder().typeVocabularySize();
    int words = engine.spec().encoder().vocabularySize();
    int longest = engine.spec().encoder().maxTokens();
    for (int t = 0; t < batch.tokens(); t++) {
      if (batch.tokenIds()[t] < 0 || batch.tokenIds()[t] >= words) {
        throw new IllegalArgumentException(
            "Invalid token: %d (the model has %d words)".formatted(batch.tokenIds()[t], words));
      }
      if (batch.typeIds()[t] < 0 || batch.typeIds()[t] >= types) {
        throw new IllegalArgumentException(
            "Invalid token type: %d (the model has %d types)".formatted(batch.typeIds()[t], types));
      }
    }
    if (batch.examples() * engine.spec().sequences() != batch.sequences()) {
      throw new IllegalArgumentException(
          "Invalid micro-batch: %d sequences for %d examples (the model takes %d for each)"
              .formatted(batch.sequences(), batch.examples(), engine.spec().sequences()));
    }
    for (int s = 0; s < batch.sequences(); s++) {
      int length = batch.starts()[s + 1] - batch.starts()[s];
      if (length < 1 || length > longest) {
        throw new IllegalArgumentException(
            "Invalid example: %d tokens (the model takes 1 to %d)".formatted(length, longest));
      }
    }
  }

  /** BigDL's labels count from 1. */
  private Tensor<Float> wanted(MicroBatch batch) {
    boolean labels = engine.spec().loss() != Loss.MEAN_SQUARED_ERROR;
    float[] values =
        labels ? targets.shape(batch.examples(), 1) : targets.shape(1, batch.examples());
    for (int e = 0; e < batch.examples(); e++) {
      values[e] = labels ? batch.targets()[e] + 1 : batch.targets()[e];
    }
    return targets.tensor();
  }

  @Override
  public float[] logits(MicroBatch batch) {
    int outputs = engine.spec().outputs();
    int examples = batch.examples();
    float[] logits = new float[examples * outputs];
    if (examples == 0) {
      return logits;
    }
    forward(batch);
    if (engine.spec().loss() == Loss.CHOICE_CROSS_ENTROPY) {
      System.arraycopy(graph.logits().array(), 0, logits, 0, logits.length);
      return logits;
    }
    for (int e = 0; e < examples; e++) {
      for (int o = 0; o < outputs; o++) {
        logits[e * outputs + o] = graph.logits().array()[o * examples + e];
      }
    }
    return logits;
  }

  @Override
  public float[] hiddenStates(MicroBatch batch) {
    forward(batch);
    return Arrays.copyOf(graph.hidden().array(), graph.hidden().tensor().nElement());
  }

  private void forward(MicroBatch batch) {
    ws.begin(batch, NO_DROPOUT, Gradients.NONE);
    graph.forward(input(batch));
  }

  @Override
  public WorkerStatistics statistics() {
    return new WorkerStatistics(
        masked.multiplyAdds() + dense.multiplyAdds(),
        Math.max(masked.largestArray(), dense.largestArray()));
  }
}
