package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.model.Architecture;
import scala.Tuple2;

/**
 * From tokens [1, tokens] to dropout(LayerNorm(word + position + type)) [hidden, tokens]. Padding's
 * rows have no gradient, as in PyTorch.
 */
final class Embeddings extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  /** Tokens that are transposed at once, so that writes to a feature's row are contiguous. */
  private static final int TILE = 16;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Buffer sum;
  private final transient Buffer normalized;
  private final transient Buffer invStd;
  private final transient Buffer gradient;
  private final int word;
  private final int position;
  private final int type;
  private final int gamma;
  private final int beta;
  private final int site;
  private int[] positionIds = {};

  Embeddings(Workspace ws, int site) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.own();
    this.sum = ws.scratch("embeddings.sum");
    this.normalized = ws.ownBuffer();
    this.invStd = ws.keptBuffer("invStd");
    this.gradient = ws.scratch("d.embeddings");
    this.word = ws.tensor("embeddings.word_embeddings.weight");
    this.position = ws.tensor("embeddings.position_embeddings.weight");
    this.type = ws.tensor("embeddings.token_type_embeddings.weight");
    this.gamma = ws.tensor("embeddings.LayerNorm.weight");
    this.beta = ws.tensor("embeddings.LayerNorm.bias");
    this.site = site;
  }

  /** Where the module's output stands. */
  Slot states() {
    return output;
  }

  int[] tensors() {
    return new int[] {word, position, type, gamma, beta};
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> tokens) {
    MicroBatch batch = ws.batch();
    int features = ws.spec.encoder().hiddenSize();
    int count = batch.tokens();
    int n = features * count;
    number(batch);
    float[] z = sum.array(n);
    for (int from = 0; from < count; from += TILE) {
      gather(batch, z, features, from, Math.min(count, from + TILE));
    }
    float[] y = output.shape(features, count);
    ws.kernels.layerNorm(
        z,
        0,
        ws.theta,
        ws.layout.offset(gamma),
        ws.theta,
        ws.layout.offset(beta),
        features,
        count,
        (float) ws.spec.encoder().layerNormEps(),
        y,
        0,
        ws.keeps() ? normalized.array(n) : y,
        0,
        invStd.array(count),
        0);
    double rate = ws.spec.dropout().hidden();
    if (ws.drops(rate)) {
      ws.dropout(site, rate, 0, y, 0, y, 0, n);
    }
    output_$eq(output.tensor());
    return output.tensor();
  }

  private void gather(MicroBatch batch, float[] z, int features, int from, int to) {
    float[] theta = ws.theta;
    for (int f = 0; f < features; f++) {
      int w = ws.layout.offset(word) + f;
      int p = ws.layout.offset(position) + f;
      int s = ws.layout.offset(type) + f;
      int at = f * batch.tokens();
      for (int t = from; t < to; t++) {
        z[at + t] =
            theta[w + batch.tokenIds()[t] * features]
                + theta[s + batch.typeIds()[t] * features]
                + theta[p + positionIds[t] * features];
      }
    }
  }

  /** BERT counts from 0; RoBERTa from the padding's id + 1, padding itself not counted. */
  private void number(MicroBatch batch) {
    if (positionIds.length < batch.tokens()) {
      positionIds = new int[batch.tokens()];
    }
    boolean roberta = ws.spec.encoder().architecture() == Architecture.ROBERTA;
    int padding = ws.spec.encoder().padTokenId();
    for (int s = 0; s < batch.sequences(); s++) {
      int next = roberta ? padding + 1 : 0;
      for (int t = batch.starts()[s]; t < batch.starts()[s + 1]; t++) {
        positionIds[t] = roberta && batch.tokenIds()[t] == padding ? padding : next++;
      }
    }
  }

  /** Nothing is below: only {@link #accGradParameters} has work to do. */
  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> tokens, Tensor<Float> dy) {
    return gradInput();
  }

  @Override
  public void accGradParameters(Tensor<Float> tokens, Tensor<Float> gradOutput) {
    Gradients gradients = ws.gradients();
    if (!wanted(gradients)) {
      return;
    }
    MicroBatch batch = ws.batch();
    int features = gradOutput.size(1);
    int count = gradOutput.size(2);
    int n = features * count;
    float[] dz = gradient.array(n);
    System.arraycopy(BigDl.array(gradOutput), BigDl.offset(gradOutput), dz, 0, n);
    double rate = ws.spec.dropout().hidden();
    if (ws.drops(rate)) {
      ws.dropout(site, rate, 0, dz, 0, dz, 0, n);
    }
    float[] xhat = normalized.array(n);
    gradients.rowDots(gamma, dz, 0, xhat, 0, count);
    gradients.rowSums(beta, dz, 0, count);
    ws.kernels.layerNormGradient(
        dz,
        0,
        xhat,
        0,
        invStd.array(count),
        0,
        ws.theta,
        ws.layout.offset(gamma),
        features,
        count,
        dz,
        0);
    boolean roberta = ws.spec.encoder().architecture() == Architecture.ROBERTA;
    int padding = ws.spec.encoder().padTokenId();
    gradients.lookups(word, batch.tokenIds(), padding, dz, count);
    gradients.lookups(position, positionIds, roberta ? padding : -1, dz, count);
    gradients.lookups(type, batch.typeIds(), -1, dz, count);
  }

  private boolean wanted(Gradients gradients) {
    for (int tensor : tensors()) {
      if (gradients.wants(tensor)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Tuple2<Tensor<Float>[], Tensor<Float>[]> parameters() {
    return BigDl.parameters(ws.views(tensors()));
  }

  @Override
  public Embeddings clearState() {
    return this;
  }
}
