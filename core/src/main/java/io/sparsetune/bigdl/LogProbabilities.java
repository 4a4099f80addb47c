package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.model.Loss;

/**
 * From logits [labels, examples] to logarithms of probabilities [examples, labels]; where an
 * example's choices have a logit each, from [1, examples · choices]. In double precision by {@link
 * StrictMath}: BigDL's own runs on its threads and on intrinsics.
 */
final class LogProbabilities extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final boolean choices;
  private final int outputs;
  private final transient Slot output;
  private final transient Slot gradInput;

  LogProbabilities(Workspace ws) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.choices = ws.spec.loss() == Loss.CHOICE_CROSS_ENTROPY;
    this.outputs = ws.spec.outputs();
    this.output = ws.own();
    this.gradInput = ws.own();
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> logits) {
    int labels = outputs;
    int examples = logits.nElement() / labels;
    int byLabel = choices ? 1 : examples;
    int byExample = choices ? labels : 1;
    float[] x = BigDl.array(logits);
    int at = BigDl.offset(logits);
    float[] y = output.shape(examples, labels);
    for (int e = 0; e < examples; e++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int l = 0; l < labels; l++) {
        max = Math.max(max, x[at + l * byLabel + e * byExample]);
      }
      double sum = 0;
      for (int l = 0; l < labels; l++) {
        sum += StrictMath.exp(x[at + l * byLabel + e * byExample] - max);
      }
      double logSum = max + StrictMath.log(sum);
      for (int l = 0; l < labels; l++) {
        y[e * labels + l] = (float) (x[at + l * byLabel + e * byExample] - logSum);
      }
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> logits, Tensor<Float> gradOutput) {
    int labels = outputs;
    int examples = logits.nElement() / labels;
    int byLabel = choices ? 1 : examples;
    int byExample = choices ? labels : 1;
    float[] y = output.array();
    float[] dy = BigDl.array(gradOutput);
    int at = BigDl.offset(gradOutput);
    float[] dx = gradInput.shape(logits.size(1), logits.size(2));
    for (int e = 0; e < examples; e++) {
      double sum = 0;
      for (int l = 0; l < labels; l++) {
        sum += dy[at + e * labels + l];
      }
      for (int l = 0; l < labels; l++) {
        double p = StrictMath.exp(y[e * labels + l]);
        dx[l * byLabel + e * byExample] = (float) (dy[at + e * labels + l] - p * sum);
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
