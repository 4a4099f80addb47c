package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.kernels.Kernels;
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
    this.output = ws.own();
    this.gradInput = ws.passing("d.activation");
    this.activation = ws.spec.encoder().activation();
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> input) {
    int n = input.nElement();
    float[] x = BigDl.array(input);
    int at = BigDl.offset(input);
    if (!ws.keeps()) { // In place: nobody reads x again.
      forward(ws.kernels, activation, x, at, x, at, n);
      output_$eq(input);
      return input;
    }
    float[] y = output.shape(input.size(1), input.size(2));
    forward(ws.kernels, activation, x, at, y, 0, n);
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
    backward(ws.kernels, activation, x, at, dy, dyAt, dx, n);
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  /** y = activation(x), [n]; may be x. */
  static void forward(
      Kernels kernels, Activation activation, float[] x, int at, float[] y, int yAt, int n) {
    switch (activation) {
      case GELU -> kernels.gelu(x, at, y, yAt, n);
      case GELU_TANH -> kernels.geluTanh(x, at, y, yAt, n);
      case RELU -> kernels.relu(x, at, y, yAt, n);
      case SILU -> kernels.silu(x, at, y, yAt, n);
    }
  }

  /** dx from dy and the x that {@link #forward} was given, [n], dx from its start; may be dy. */
  static void backward(
      Kernels kernels,
      Activation activation,
      float[] x,
      int at,
      float[] dy,
      int dyAt,
      float[] dx,
      int n) {
    switch (activation) {
      case GELU -> kernels.geluGradient(x, at, dy, dyAt, dx, 0, n);
      case GELU_TANH -> kernels.geluTanhGradient(x, at, dy, dyAt, dx, 0, n);
      case RELU -> kernels.reluGradient(x, at, dy, dyAt, dx, 0, n);
      case SILU -> kernels.siluGradient(x, at, dy, dyAt, dx, 0, n);
    }
  }

  @Override
  public Activate clearState() {
    return this;
  }
}
