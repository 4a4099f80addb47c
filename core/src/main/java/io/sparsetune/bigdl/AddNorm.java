package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.AbstractModule;
import com.intel.analytics.bigdl.tensor.Tensor;
import com.intel.analytics.bigdl.utils.Table;
import scala.Tuple2;

/**
 * y = LayerNorm(dropout(x) + residual), from a table (x, residual). x is overwritten: no other
 * module reads it.
 */
final class AddNorm extends AbstractModule<Table, Tensor<Float>, Float> {
  private static final long serialVersionUID = 1;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Buffer normalized;
  private final transient Buffer invStd;
  private final transient Slot gradSum;
  private final transient Slot gradDropped;
  private final transient Table gradients = new Table(new Object[0]);
  private final int gamma;
  private final int beta;
  private final int site;

  AddNorm(Workspace ws, String layerNorm, String role, int site) {
    super(BigDl.TABLE, BigDl.TENSOR, BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.kept(role + ".states");
    this.normalized = ws.ownBuffer();
    this.invStd = ws.keptBuffer("invStd");
    this.gradSum = ws.passing("d." + role + ".sum");
    this.gradDropped = ws.passing("d." + role + ".dropped");
    this.gamma = ws.tensor(layerNorm + ".weight");
    this.beta = ws.tensor(layerNorm + ".bias");
    this.site = site;
  }

  /** Where the module's output stands. */
  Slot states() {
    return output;
  }

  int[] tensors() {
    return new int[] {gamma, beta};
  }

  @Override
  public Tensor<Float> updateOutput(Table input) {
    Tensor<Float> x = input.<Tensor<Float>>apply(1);
    Tensor<Float> residual = input.<Tensor<Float>>apply(2);
    int features = x.size(1);
    int tokens = x.size(2);
    int n = features * tokens;
    float[] z = BigDl.array(x);
    int at = BigDl.offset(x);
    double rate = ws.spec.dropout().hidden();
    if (ws.drops(rate)) {
      ws.dropout(site, rate, 0, z, at, z, at, n);
    }
    ws.kernels.add(BigDl.array(residual), BigDl.offset(residual), z, at, n);
    float[] y = output.shape(features, tokens);
    ws.kernels.layerNorm(
        z,
        at,
        ws.theta,
        ws.layout.offset(gamma),
        ws.theta,
        ws.layout.offset(beta),
        features,
        tokens,
        (float) ws.spec.encoder().layerNormEps(),
        y,
        0,
        ws.keeps() ? normalized.array(n) : y,
        0,
        invStd.array(tokens),
        0);
    output_$eq(output.tensor());
    return output.tensor();
  }

  @Override
  public Table updateGradInput(Table input, Tensor<Float> dy) {
    int features = dy.size(1);
    int tokens = dy.size(2);
    int n = features * tokens;
    float[] dz = gradSum.shape(features, tokens);
    ws.kernels.layerNormGradient(
        BigDl.array(dy),
        BigDl.offset(dy),
        normalized.array(n),
        0,
        invStd.array(tokens),
        0,
        ws.theta,
        ws.layout.offset(gamma),
        features,
        tokens,
        dz,
        0);
    Slot dx = gradSum;
    double rate = ws.spec.dropout().hidden();
    if (ws.drops(rate)) {
      dx = gradDropped;
      ws.dropout(site, rate, 0, dz, 0, dx.shape(features, tokens), 0, n);
    }
    gradients.update(1, dx.tensor());
    gradients.update(2, gradSum.tensor());
    gradInput_$eq(gradients);
    return gradients;
  }

  @Override
  public void accGradParameters(Table input, Tensor<Float> dy) {
    int tokens = dy.size(2);
    float[] xhat = normalized.array(dy.size(1) * tokens);
    ws.gradients().rowDots(gamma, BigDl.array(dy), BigDl.offset(dy), xhat, 0, tokens);
    ws.gradients().rowSums(beta, BigDl.array(dy), BigDl.offset(dy), tokens);
  }

  @Override
  public Tuple2<Tensor<Float>[], Tensor<Float>[]> parameters() {
    return BigDl.parameters(ws.views(tensors()));
  }

  @Override
  public AddNorm clearState() {
    return this;
  }
}
