package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.model.Activation;

/** The feed-forward block's activation, element by element. */
final class Activate extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Slot gradInput;
  private final Activation activation;

  Activate(Workspace ws) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.kept();
    this.gradInput = ws.passing("d.activation");
    this.activation = ws.spec.encoder().activation();
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> input) {
    int n = input.nElement();
    float[] x = BigDl.array(input);
    int at = BigDl.offset(input);
    float[] y = output.shape(input.size(1), input.size(2));
    switch (activation) {
      case GELU -> ws.kernels.gelu(x, at, y, 0, n);
      case GELU_TANH -> ws.kernels.geluTanh(x, at, y, 0, n);
      case RELU -> ws.kernels.relu(x, at, y, 0, n);
      case SILU -> ws.kernels.silu(x, at, y, 0, n);
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> input, Tensor<Float> gradOutput) {
    int n = input.nElement();
    float[] x = BigDl.array(input);
    int at = BigDl.offset(input);
    float[] dy = BigDl.array(gradOutput);
    int dyAt = BigDl.offset(gradOutput);
    float[] dx = gradInput.shape(input.size(1), input.size(2));
    switch (activation) {
      case GELU -> ws.kernels.geluGradient(x, at, dy, dyAt, dx, 0, n);
      case GELU_TANH -> ws.kernels.geluTanhGradient(x, at, dy, dyAt, dx, 0, n);
      case RELU -> ws.kernels.reluGradient(x, at, dy, dyAt, dx, 0, n);
      case SILU -> ws.kernels.siluGradient(x, at, dy, dyAt, dx, 0, n);
    }
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  @Override
  public Activate clearState() {
    return this;
  }
}
