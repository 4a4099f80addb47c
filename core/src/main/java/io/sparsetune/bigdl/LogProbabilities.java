package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;

/**
 * From logits [labels, examples] to logarithms of probabilities [examples, labels], in double
 * precision by {@link StrictMath}: BigDL's own runs on its threads and on intrinsics.
 */
final class LogProbabilities extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final transient Slot output;
  private final transient Slot gradInput;

  LogProbabilities(Workspace ws) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.output = ws.kept();
    this.gradInput = ws.kept();
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> logits) {
    int labels = logits.size(1);
    int examples = logits.size(2);
    float[] x = BigDl.array(logits);
    int at = BigDl.offset(logits);
    float[] y = output.shape(examples, labels);
    for (int e = 0; e < examples; e++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int l = 0; l < labels; l++) {
        max = Math.max(max, x[at + l * examples + e]);
      }
      double sum = 0;
      for (int l = 0; l < labels; l++) {
        sum += StrictMath.exp(x[at + l * examples + e] - max);
      }
      double logSum = max + StrictMath.log(sum);
      for (int l = 0; l < labels; l++) {
        y[e * labels + l] = (float) (x[at + l * examples + e] - logSum);
      }
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> logits, Tensor<Float> gradOutput) {
    int labels = logits.size(1);
    int examples = logits.size(2);
    float[] y = output.array();
    float[] dy = BigDl.array(gradOutput);
    int at = BigDl.offset(gradOutput);
    float[] dx = gradInput.shape(labels, examples);
    for (int e = 0; e < examples; e++) {
      double sum = 0;
      for (int l = 0; l < labels; l++) {
        sum += dy[at + e * labels + l];
      }
      for (int l = 0; l < labels; l++) {
        double p = StrictMath.exp(y[e * labels + l]);
        dx[l * examples + e] = (float) (dy[at + e * labels + l] - p * sum);
      }
    }
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  @Override
  public LogProbabilities clearState() {
    return this;
  }
}
