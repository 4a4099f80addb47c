package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import java.util.Arrays;

/** From hidden states [hidden, tokens] to one vector for each sequence, [hidden, sequences]. */
final class Pool extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Slot gradInput;
  private final boolean mean;

  /**
   * @param mean whether that vector is the mean of the sequence's states; else it is the first
   */
  Pool(Workspace ws, boolean mean) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.own();
    this.gradInput = ws.passing("d.pool");
    this.mean = mean;
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> hidden) {
    int features = hidden.size(1);
    int tokens = hidden.size(2);
    int sequences = ws.batch().sequences();
    float[] x = BigDl.array(hidden);
    float[] y = output.shape(features, sequences);
    for (int f = 0; f < features; f++) {
      for (int s = 0; s < sequences; s++) {
        int start = BigDl.offset(hidden) + f * tokens + ws.batch().starts()[s];
        y[f * sequences + s] = mean ? ws.kernels.sum(x, start, length(s)) / length(s) : x[start];
      }
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> hidden, Tensor<Float> gradOutput) {
    int features = hidden.size(1);
    int tokens = hidden.size(2);
    int sequences = ws.batch().sequences();
    float[] dy = BigDl.array(gradOutput);
    float[] dx = gradInput.shape(features, tokens);
    Arrays.fill(dx, 0, features * tokens, 0);
    for (int f = 0; f < features; f++) {
      for (int s = 0; s < sequences; s++) {
        int start = f * tokens + ws.batch().starts()[s];
        float g = dy[BigDl.offset(gradOutput) + f * sequences + s];
        if (mean) {
          Arrays.fill(dx, start, start + length(s), g / length(s));
        } else {
          dx[start] = g;
        }
      }
    }
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  private int length(int sequence) {
    return ws.batch().starts()[sequence + 1] - ws.batch().starts()[sequence];
  }

  @Override
  public Pool clearState() {
    return this;
  }
}
