package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.AbstractModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import com.intel.analytics.bigdl.utils.Table;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.kernels.Products.Form;

/**
 * Scaled dot-product attention, sequence by sequence and head by head, from a table (queries, keys
 * and values): queries are [hidden, tokens], or [hidden, sequences] where only each sequence's
 * first token asks; keys and values are stacked, [2·hidden, tokens]. Probabilities are kept
 * transposed, [keys, queries], so that softmax runs along the contiguous axis.
 */
final class SelfAttention extends AbstractModule<Table, Tensor<Float>, Float> {
  private static final long serialVersionUID = 1;

  /** Blocks of probabilities start at multiples of this, in memory and in dropout's count. */
  private static final int ALIGNMENT = 16;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Buffer probabilities;
  private final transient Buffer dropped;
  private final transient Buffer gradient;
  private final transient Slot gradQueries;
  private final transient Slot gradKeys;
  private final transient Table gradients = new Table(new Object[0]);
  private final boolean firsts;
  private final int hidden;
  private final int heads;
  private final int size;
  private final float scale;
  private final double rate;
  private final int site;

  /**
   * @param firsts whether only each sequence's first token asks
   */
  SelfAttention(Workspace ws, int site, boolean firsts) {
    super(BigDl.TABLE, BigDl.TENSOR, BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.kept("context");
    this.probabilities = ws.keptBuffer("probabilities");
    this.dropped = ws.scratch("dropped probabilities");
    this.gradient = ws.scratch("d.probabilities");
    this.gradQueries = ws.passing("d.queries");
    this.gradKeys = ws.passing("d.keys");
    this.firsts = firsts;
    this.hidden = ws.spec.encoder().hiddenSize();
    this.heads = ws.spec.encoder().heads();
    this.size = ws.spec.encoder().headSize();
    this.scale = (float) (1 / Math.sqrt(size));
    this.rate = ws.spec.dropout().attention();
    this.site = site;
  }

  @Override
  public Tensor<Float> updateOutput(Table input) {
    Tensor<Float> queries = input.<Tensor<Float>>apply(1);
    Tensor<Float> keys = input.<Tensor<Float>>apply(2);
    MicroBatch batch = ws.batch();
    int tokens = keys.size(2);
    int columns = queries.size(2);
    float[] asked = BigDl.array(queries);
    float[] known = BigDl.array(keys);
    float[] context = output.shape(hidden, columns);
    float[] p = probabilities.array(probabilityCount(batch));
    int at = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      int length = length(batch, s);
      int asking = firsts ? 1 : length;
      for (int head = 0; head < heads; head++) {
        int own = head * size * columns + (firsts ? s : batch.starts()[s]);
        int q = BigDl.offset(queries) + own;
        int k = BigDl.offset(keys) + head * size * tokens + batch.starts()[s];
        int v = k + hidden * tokens;
        ws.kernels.gemm(
            Form.TN, length, asking, size, known, k, tokens, asked, q, columns, p, at, asking,
            false);
        ws.kernels.softmaxColumns(p, at, length, asking, asking, scale);
        float[] weights = p;
        int weightsAt = at;
        if (ws.drops(rate)) {
          weights = dropped(p, at, length * asking);
          weightsAt = 0;
        }
        ws.kernels.gemm(
            Form.NN, size, asking, length, known, v, tokens, weights, weightsAt, asking, context,
            own, columns, false);
        at += aligned(length * asking);
      }
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Table updateGradInput(Table input, Tensor<Float> dy) {
    Tensor<Float> queries = input.<Tensor<Float>>apply(1);
    Tensor<Float> keys = input.<Tensor<Float>>apply(2);
    MicroBatch batch = ws.batch();
    int tokens = keys.size(2);
    int columns = queries.size(2);
    float[] asked = BigDl.array(queries);
    float[] known = BigDl.array(keys);
    float[] dContext = BigDl.array(dy);
    float[] dq = gradQueries.shape(hidden, columns);
    float[] dk = gradKeys.shape(2 * hidden, tokens);
    float[] p = probabilities.array(probabilityCount(batch));
    int at = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      int length = length(batch, s);
      int asking = firsts ? 1 : length;
      int count = length * asking;
      float[] dp = gradient.array(count);
      for (int head = 0; head < heads; head++) {
        int own = head * size * columns + (firsts ? s : batch.starts()[s]);
        int q = BigDl.offset(queries) + own;
        int c = BigDl.offset(dy) + own;
        int others = head * size * tokens + batch.starts()[s];
        int k = BigDl.offset(keys) + others;
        int v = k + hidden * tokens;
        float[] weights = p;
        int weightsAt = at;
        if (ws.drops(rate)) {
          weights = dropped(p, at, count);
          weightsAt = 0;
        }
        ws.kernels.gemm(
            Form.NT,
            size,
            length,
            asking,
            dContext,
            c,
            columns,
            weights,
            weightsAt,
            asking,
            dk,
            others + hidden * tokens,
            tokens,
            false);
        ws.kernels.gemm(
            Form.TN, length, asking, size, known, v, tokens, dContext, c, columns, dp, 0, asking,
            false);
        if (ws.drops(rate)) {
          ws.dropout(site, rate, at, dp, 0, dp, 0, count);
        }
        ws.kernels.softmaxColumnsGradient(p, at, dp, 0, length, asking, asking, scale);
        ws.kernels.gemm(
            Form.NN, size, asking, length, known, k, tokens, dp, 0, asking, dq, own, columns,
            false);
        ws.kernels.gemm(
            Form.NT, size, length, asking, asked, q, columns, dp, 0, asking, dk, others, tokens,
            false);
        at += aligned(count);
      }
    }
    gradients.update(1, gradQueries.tensor());
    gradients.update(2, gradKeys.tensor());
    gradInput_$eq(gradients);
    return gradients;
  }

  private float[] dropped(float[] p, int at, int count) {
    float[] scratch = dropped.array(count);
    ws.dropout(site, rate, at, p, at, scratch, 0, count);
    return scratch;
  }

  private int probabilityCount(MicroBatch batch) {
    int count = 0;
    for (int s = 0; s < batch.sequences(); s++) {
      int length = length(batch, s);
      int block = aligned(firsts ? length : length * length);
      count = Math.addExact(count, Math.multiplyExact(heads, block));
    }
    return count;
  }

  private static int length(MicroBatch batch, int sequence) {
    return batch.starts()[sequence + 1] - batch.starts()[sequence];
  }

  private static int aligned(int n) {
    return (n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  @Override
  public SelfAttention clearState() {
    return this;
  }
}
