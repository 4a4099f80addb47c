package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.model.Pooling;
import java.util.Arrays;

/** From hidden states [hidden, tokens] to one vector for each example, [hidden, examples]. */
final class Pool extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Slot gradInput;
  private final boolean mean;

  Pool(Workspace ws) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.kept();
    this.gradInput = ws.passing("d.pool");
    this.mean = ws.spec.pooling() == Pooling.MEAN;
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> hidden) {
    int features = hidden.size(1);
    int tokens = hidden.size(2);
    int examples = ws.batch().examples();
    float[] x = BigDl.array(hidden);
    float[] y = output.shape(features, examples);
    for (int f = 0; f < features; f++) {
      for (int e = 0; e < examples; e++) {
        int start = BigDl.offset(hidden) + f * tokens + ws.batch().starts()[e];
        y[f * examples + e] = mean ? ws.kernels.sum(x, start, length(e)) / length(e) : x[start];
      }
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> hidden, Tensor<Float> gradOutput) {
    int features = hidden.size(1);
    int tokens = hidden.size(2);
    int examples = ws.batch().examples();
    float[] dy = BigDl.array(gradOutput);
    float[] dx = gradInput.shape(features, tokens);
    Arrays.fill(dx, 0, features * tokens, 0);
    for (int f = 0; f < features; f++) {
      for (int e = 0; e < examples; e++) {
        int start = f * tokens + ws.batch().starts()[e];
        float g = dy[BigDl.offset(gradOutput) + f * examples + e];
        if (mean) {
          Arrays.fill(dx, start, start + length(e), g / length(e));
        } else {
          dx[start] = g;
        }
      }
    }
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  private int length(int example) {
    return ws.batch().starts()[example + 1] - ws.batch().starts()[example];
  }

  @Override
  public Pool clearState() {
    return this;
  }
}
