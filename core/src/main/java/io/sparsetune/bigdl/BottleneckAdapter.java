package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.kernels.Products.Form;
import io.sparsetune.model.Activation;
import scala.Tuple2;

/**
 * y = h + up(activation(down(h))) for activations [hidden, tokens]: Houlsby et al. 2019. The input
 * has to be kept until the backward pass.
 */
final class BottleneckAdapter extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Slot gradInput;
  private final transient Buffer inner;
  private final transient Buffer activated;
  private final transient Buffer innerGradient;
  private final Activation activation;
  private final int downWeight;
  private final int downBias;
  private final int upWeight;
  private final int upBias;
  private final int hidden;
  private final int size;
  private boolean innerGradientKnown;

  /**
   * @param name the adapter's, before {@code .down} and {@code .up}
   */
  BottleneckAdapter(Workspace ws, String name, Activation activation, String role) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.passing(role);
    this.gradInput = ws.passing("d." + role);
    this.inner = ws.keptBuffer(role + ".inner");
    this.activated = ws.keptBuffer(role + ".activated");
    this.innerGradient = ws.scratch("d.adapter");
    this.activation = activation;
    this.downWeight = ws.tensor(name + ".down.weight");
    this.downBias = ws.tensor(name + ".down.bias");
    this.upWeight = ws.tensor(name + ".up.weight");
    this.upBias = ws.tensor(name + ".up.bias");
    this.hidden = ws.layout.tensor(upBias).size();
    this.size = ws.layout.tensor(downBias).size();
  }

  int[] tensors() {
    return new int[] {downWeight, downBias, upWeight, upBias};
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> h) {
    innerGradientKnown = false;
    int tokens = h.size(2);
    float[] z = inner.array(size * tokens);
    affine(size, hidden, downWeight, downBias, BigDl.array(h), BigDl.offset(h), tokens, z);
    float[] a = activated.array(size * tokens);
    Activate.forward(ws.kernels, activation, z, 0, a, 0, size * tokens);
    float[] y = output.shape(hidden, tokens);
    affine(hidden, size, upWeight, upBias, a, 0, tokens, y);
    ws.kernels.add(BigDl.array(h), BigDl.offset(h), y, 0, hidden * tokens);
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> h, Tensor<Float> dy) {
    int tokens = h.size(2);
    float[] dz = innerGradient(dy, tokens);
    innerGradientKnown = true;
    float[] dh = gradInput.shape(hidden, tokens);
    transposed(hidden, size, downWeight, dz, 0, tokens, dh);
    ws.kernels.add(BigDl.array(dy), BigDl.offset(dy), dh, 0, hidden * tokens);
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  @Override
  public void accGradParameters(Tensor<Float> h, Tensor<Float> dy) {
    int tokens = h.size(2);
    float[] a = activated.array(size * tokens);
    ws.gradients().product(upWeight, BigDl.array(dy), BigDl.offset(dy), a, 0, tokens);
    ws.gradients().rowSums(upBias, BigDl.array(dy), BigDl.offset(dy), tokens);
    if (ws.gradients().wants(downWeight) || ws.gradients().wants(downBias)) {
      float[] dz = innerGradient(dy, tokens);
      ws.gradients().product(downWeight, dz, 0, BigDl.array(h), BigDl.offset(h), tokens);
      ws.gradients().rowSums(downBias, dz, 0, tokens);
    }
  }

  /** What dy is at the output of down, [size, tokens]; once a backward pass. */
  private float[] innerGradient(Tensor<Float> dy, int tokens) {
    float[] dz = innerGradient.array(size * tokens);
    if (innerGradientKnown) {
      return dz;
    }
    transposed(size, hidden, upWeight, BigDl.array(dy), BigDl.offset(dy), tokens, dz);
    Activate.backward(
        ws.kernels, activation, inner.array(size * tokens), 0, dz, 0, dz, size * tokens);
    return dz;
  }

  private void affine(
      int rows, int terms, int weight, int bias, float[] x, int xAt, int tokens, float[] y) {
    float[] theta = ws.theta;
    int w = ws.layout.offset(weight);
    ws.kernels.affine(rows, tokens, terms, theta, w, x, xAt, theta, ws.layout.offset(bias), y, 0);
  }

  /** dx [rows, tokens] = weightᵀ·dy; dy is [terms, tokens]. */
  private void transposed(
      int rows, int terms, int weight, float[] dy, int dyAt, int tokens, float[] dx) {
    ws.kernels.gemm(
        Form.TN,
        rows,
        tokens,
        terms,
        ws.theta,
        ws.layout.offset(weight),
        rows,
        dy,
        dyAt,
        tokens,
        dx,
        0,
        tokens,
        false);
  }

  @Override
  public Tuple2<Tensor<Float>[], Tensor<Float>[]> parameters() {
    return BigDl.parameters(ws.views(tensors()));
  }

  /** Buffers are kept: the graph clears its modules whenever it is rewired. */
  @Override
  public BottleneckAdapter clearState() {
    return this;
  }
}
