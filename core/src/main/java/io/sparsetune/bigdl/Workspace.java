package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.tensor.Storage;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.kernels.Kernels;
import io.sparsetune.kernels.Products;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.random.Randomness;
import java.util.HashMap;
import java.util.Map;

/**
 * What a worker's modules have in common: θ, kernels, the micro-batch they are at, where gradients
 * go, and the buffers. Gradients of activations live in buffers shared by modules of the same role
 * in all layers, since each is read before the layer below writes it anew.
 */
final class Workspace {
  private static final int DROPOUT_UNITS = 1 << 16;

  final ModelSpec spec;
  final ParameterLayout layout;
  final float[] theta;
  final Kernels kernels;

  /** Of the dense layers. */
  final Products products;

  private final Storage<Float> thetaStorage;
  private final Map<String, Buffer> shared = new HashMap<>();

  private MicroBatch batch;
  private long dropoutKey;
  private Gradients gradients = Gradients.NONE;

  Workspace(
      ModelSpec spec, ParameterLayout layout, float[] theta, Kernels kernels, Products products) {
    this.spec = spec;
    this.layout = layout;
    this.theta = theta;
    this.kernels = kernels;
    this.products = products;
    this.thetaStorage = BigDl.storage(theta);
  }

  /** Starts on a micro-batch; modules read it until the next. */
  void begin(MicroBatch newBatch, long newDropoutKey, Gradients newGradients) {
    batch = newBatch;
    dropoutKey = newDropoutKey;
    gradients = newGradients;
  }

  MicroBatch batch() {
    return batch;
  }

  /** Whether a backward pass follows, so that modules keep what it will read. */
  boolean keeps() {
    return gradients != Gradients.NONE;
  }

  Gradients gradients() {
    return gradients;
  }

  /** Index of a tensor that the layout has. */
  int tensor(String name) {
    int index = layout.indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException("Unknown tensor: " + name);
    }
    return index;
  }

  /** Tensors as BigDL's views on θ: matrices, vectors as one column. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  Tensor<Float>[] views(int... tensors) {
    Tensor<Float>[] views = new Tensor[tensors.length];
    for (int i = 0; i < tensors.length; i++) {
      TensorSpec tensor = layout.tensor(tensors[i]);
      int columns = tensor.shape().size() == 1 ? 1 : tensor.columns();
      views[i] =
          BigDl.view(thetaStorage, layout.offset(tensors[i]), tensor.size() / columns, columns);
    }
    return views;
  }

  /** A slot of a module's own. */
  Slot own() {
    return new Slot(ownBuffer());
  }

  Buffer ownBuffer() {
    return new Buffer();
  }

  /** A slot in a {@link #keptBuffer}. */
  Slot kept(String role) {
    return new Slot(keptBuffer(role));
  }

  /**
   * A buffer of a module's own, kept from the forward to the backward pass; shared by all modules
   * of that role while no backward pass follows.
   */
  Buffer keptBuffer(String role) {
    return new Buffer(() -> !keeps(), scratch(role));
  }

  /** A slot that all modules of that role share. */
  Slot passing(String role) {
    return new Slot(scratch(role));
  }

  /** A buffer that all modules of that role share. */
  Buffer scratch(String role) {
    return shared.computeIfAbsent(role, absent -> new Buffer());
  }

  boolean drops(double probability) {
    return dropoutKey != EngineWorker.NO_DROPOUT && threshold(probability) > 0;
  }

  /**
   * y = dropout(x), the same elements whenever it is asked again for this micro-batch.
   *
   * @param site tells the model's places of dropout apart
   * @param counter number of the first element within the site
   */
  void dropout(
      int site,
      double probability,
      long counter,
      float[] x,
      int xOffset,
      float[] y,
      int yOffset,
      int n) {
    int threshold = threshold(probability);
    kernels.dropout(
        x,
        xOffset,
        y,
        yOffset,
        n,
        Randomness.bits(dropoutKey, site),
        counter,
        threshold,
        (float) DROPOUT_UNITS / (DROPOUT_UNITS - threshold));
  }

  private static int threshold(double probability) {
    return (int) Math.min(DROPOUT_UNITS - 1, Math.round(probability * DROPOUT_UNITS));
  }
}
