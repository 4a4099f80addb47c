package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.kernels.Kernels.Form;
import io.sparsetune.text.MicroBatch;

/**
 * Scaled dot-product attention, sequence by sequence and head by head, from queries, keys and
 * values stacked in one matrix [3·hidden, tokens]. Probabilities are kept transposed, [keys,
 * queries], so that softmax runs along the contiguous axis.
 */
final class SelfAttention extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  /** Blocks of probabilities start at multiples of this, in memory and in dropout's count. */
  private static final int ALIGNMENT = 16;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Buffer probabilities;
  private final transient Buffer dropped;
  private final transient Buffer gradient;
  private final transient Slot gradInput;
  private final int hidden;
  private final int heads;
  private final int size;
  private final float scale;
  private final double rate;
  private final int site;

  SelfAttention(Workspace ws, int site) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.kept();
    this.probabilities = ws.newBuffer();
    this.dropped = ws.scratch("dropped probabilities");
    this.gradient = ws.scratch("d.probabilities");
    this.gradInput = ws.passing("d.attention");
    this.hidden = ws.spec.encoder().hiddenSize();
    this.heads = ws.spec.encoder().heads();
    this.size = ws.spec.encoder().headSize();
    this.scale = (float) (1 / Math.sqrt(size));
    this.rate = ws.spec.dropout().attention();
    this.site = site;
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> qkv) {
    MicroBatch batch = ws.batch();
    int tokens = qkv.size(2);
    float[] x = BigDl.array(qkv);
    float[] context = output.shape(hidden, tokens);
    float[] p = probabilities.array(probabilityCount(batch));
    int at = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      int start = batch.starts()[s];
      int length = batch.starts()[s + 1] - start;
      for (int head = 0; head < heads; head++) {
        int q = head * size * tokens + start;
        int k = q + hidden * tokens;
        int v = k + hidden * tokens;
        ws.kernels.gemm(
            Form.TN, length, length, size, x, k, tokens, x, q, tokens, p, at, length, false);
        ws.kernels.softmaxColumns(p, at, length, length, length, scale);
        float[] weights = p;
        int weightsAt = at;
        if (ws.drops(rate)) {
          weights = dropped(p, at, length);
          weightsAt = 0;
        }
        ws.kernels.gemm(
            Form.NN, size, length, length, x, v, tokens, weights, weightsAt, length, context, q,
            tokens, false);
        at += aligned(length * length);
      }
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> qkv, Tensor<Float> dy) {
    MicroBatch batch = ws.batch();
    int tokens = qkv.size(2);
    float[] x = BigDl.array(qkv);
    float[] dContext = BigDl.array(dy);
    float[] dx = gradInput.shape(3 * hidden, tokens);
    float[] p = probabilities.array(probabilityCount(batch));
    int at = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      int start = batch.starts()[s];
      int length = batch.starts()[s + 1] - start;
      float[] dp = gradient.array(length * length);
      for (int head = 0; head < heads; head++) {
        int q = head * size * tokens + start;
        int k = q + hidden * tokens;
        int v = k + hidden * tokens;
        int c = BigDl.offset(dy) + q;
        float[] weights = p;
        int weightsAt = at;
        if (ws.drops(rate)) {
          weights = dropped(p, at, length);
          weightsAt = 0;
        }
        ws.kernels.gemm(
            Form.NT, size, length, length, dContext, c, tokens, weights, weightsAt, length, dx, v,
            tokens, false);
        ws.kernels.gemm(
            Form.TN, length, length, size, x, v, tokens, dContext, c, tokens, dp, 0, length, false);
        if (ws.drops(rate)) {
          ws.dropout(site, rate, at, dp, 0, dp, 0, length * length);
        }
        ws.kernels.softmaxColumnsGradient(p, at, dp, 0, length, length, length, scale);
        ws.kernels.gemm(
            Form.NN, size, length, length, x, k, tokens, dp, 0, length, dx, q, tokens, false);
        ws.kernels.gemm(
            Form.NT, size, length, length, x, q, tokens, dp, 0, length, dx, k, tokens, false);
        at += aligned(length * length);
      }
    }
    gradInput_$eq(gradInput.tensor());
    return gradInput.tensor();
  }

  private float[] dropped(float[] p, int at, int length) {
    float[] scratch = dropped.array(length * length);
    ws.dropout(site, rate, at, p, at, scratch, 0, length * length);
    return scratch;
  }

  private int probabilityCount(MicroBatch batch) {
    int count = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      int length = batch.starts()[s + 1] - batch.starts()[s];
      count = Math.addExact(count, Math.multiplyExact(heads, aligned(length * length)));
    }
    return count;
  }

  private static int aligned(int n) {
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  @Override
  public SelfAttention clearState() {
    return this;
  }
}
