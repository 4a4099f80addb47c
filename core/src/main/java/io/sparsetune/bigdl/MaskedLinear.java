package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.kernels.Products.Form;
import io.sparsetune.params.TensorSpec;
import java.util.List;
import java.util.stream.IntStream;
import scala.Tuple2;

/**
 * y = W·x + b for activations [features, tokens], read from θ; one or more layers that see the same
 * input (query, key, value), their outputs stacked; each with LoRA's branch where the model has
 * one. Of the weights' gradients only what the mask asks for is computed.
 */
final class MaskedLinear extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Slot gradInput;
  private final int[] weights;
  private final int[] biases;
  private final transient List<LoraBranch> branches;
  private final int in;
  private final int out;

  /**
   * @param layers Hugging Face's names, without {@code .weight} and {@code .bias}
   * @param output where y goes
   */
  MaskedLinear(Workspace ws, List<String> layers, Slot output, String role) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = output;
    this.gradInput = ws.passing("d." + role);
    this.weights = layers.stream().mapToInt(name -> ws.tensor(name + ".weight")).toArray();
    this.biases = layers.stream().mapToInt(name -> ws.tensor(name + ".bias")).toArray();
    TensorSpec weight = ws.layout.tensor(weights[0]);
    this.in = weight.columns();
    this.out = weight.size() / in;
    this.branches = LoraBranch.of(ws, layers, in, out);
  }

  int[] tensors() {
    IntStream base =
        IntStream.range(0, weights.length).flatMap(i -> IntStream.of(weights[i], biases[i]));
    IntStream added = branches.stream().flatMapToInt(LoraBranch::tensors);
    return IntStream.concat(base, added).toArray();
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> x) {
    int tokens = x.size(2);
    float[] y = output.shape(weights.length * out, tokens);
    for (int i = 0; i < weights.length; i++) {
      ws.products.affine(
          out,
          tokens,
          in,
          ws.theta,
          ws.layout.offset(weights[i]),
          BigDl.array(x),
          BigDl.offset(x),
          ws.theta,
          ws.layout.offset(biases[i]),
          y,
          i * out * tokens);
    }
    for (LoraBranch branch : branches) {
      branch.forward(BigDl.array(x), BigDl.offset(x), tokens, y, 0);
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> x, Tensor<Float> dy) {
    int tokens = x.size(2);
    float[] dx = gradInput.shape(in, tokens);
    for (int i = 0; i < weights.length; i++) {
      ws.products.gemm(
          Form.TN,
          in,
          tokens,
          out,
          ws.theta,
          ws.layout.offset(weights[i]),
          in,
          BigDl.array(dy),
          BigDl.offset(dy) + i * out * tokens,
          tokens,
          dx,
          0,
          tokens,
          i > 0);
    }
    for (LoraBranch branch : branches) {
      branch.inputGradient(BigDl.array(dy), BigDl.offset(dy), tokens, dx);
    }
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  @Override
  public void accGradParameters(Tensor<Float> x, Tensor<Float> dy) {
    int tokens = x.size(2);
    for (int i = 0; i < weights.length; i++) {
      int at = BigDl.offset(dy) + i * out * tokens;
      ws.gradients()
          .product(weights[i], BigDl.array(dy), at, BigDl.array(x), BigDl.offset(x), tokens);
      ws.gradients().rowSums(biases[i], BigDl.array(dy), at, tokens);
    }
    for (LoraBranch branch : branches) {
      branch.gradients(BigDl.array(x), BigDl.offset(x), BigDl.array(dy), BigDl.offset(dy), tokens);
    }
  }

  @Override
  public Tuple2<Tensor<Float>[], Tensor<Float>[]> parameters() {
    return BigDl.parameters(ws.views(tensors()));
  }

  /** Buffers are kept: the graph clears its modules whenever it is rewired. */
  @Override
  public MaskedLinear clearState() {
    return this;
  }
}
