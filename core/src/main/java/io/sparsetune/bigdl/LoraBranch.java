package io.sparsetune.bigdl;

import io.sparsetune.kernels.Products.Form;
import io.sparsetune.model.EquivalentModel.Lora;
import java.util.List;
import java.util.stream.IntStream;

/**
 * LoRA's branch of one linear layer: y += B·(s·A·dropout(x)), where s = alpha / rank. Each element
 * of y goes on with the chain of fused multiply-adds that W·x + b began. Activations are [features,
 * tokens]; those of the layer's output start at its place in the stack.
 */
final class LoraBranch {
  /** Above every place of dropout that the graph numbers. */
  private static final int FIRST_SITE = 1 << 20;

  private final Workspace ws;
  private final Buffer inner;
  private final Buffer innerGradient;
  private final Buffer dropped;
  private final Buffer droppedGradient;
  private final int a;
  private final int b;
  private final int in;
  private final int out;
  private final int rank;
  private final int stacked;
  private final float scale;
  private final double rate;
  private boolean innerGradientKnown;

  private LoraBranch(Workspace ws, Lora lora, String layer, int stacked, int in, int out) {
    this.ws = ws;
    this.inner = ws.keptBuffer("lora.inner." + stacked);
    this.innerGradient = ws.scratch("d.lora." + stacked);
    this.dropped = ws.scratch("lora.dropped");
    this.droppedGradient = ws.scratch("d.lora.dropped");
    this.a = ws.tensor(layer + Lora.A);
    this.b = ws.tensor(layer + Lora.B);
    this.in = in;
    this.out = out;
    this.rank = lora.rank();
    this.stacked = stacked;
    this.scale = (float) lora.scale();
    this.rate = lora.dropout();
  }

  /** Of those of the stacked layers [out, in] that have one. */
  static List<LoraBranch> of(Workspace ws, List<String> layers, int in, int out) {
    if (!(ws.spec.equivalent() instanceof Lora lora)) {
      return List.of();
    }
    return IntStream.range(0, layers.size())
        .filter(i -> ws.layout.indexOf(layers.get(i) + Lora.A) >= 0)
        .mapToObj(i -> new LoraBranch(ws, lora, layers.get(i), i, in, out))
        .toList();
  }

  IntStream tensors() {
    return IntStream.of(a, b);
  }

  void forward(float[] x, int xAt, int tokens, float[] y, int yAt) {
    innerGradientKnown = false;
    boolean drops = ws.drops(rate);
    float[] input = drops ? dropped(x, xAt, tokens) : x;
    float[] u = inner.array(rank * tokens);
    ws.kernels.gemm(
        Form.NN,
        rank,
        tokens,
        in,
        ws.theta,
        ws.layout.offset(a),
        in,
        input,
        drops ? 0 : xAt,
        tokens,
        u,
        0,
        tokens,
        false);
    scale(u, rank * tokens);
    ws.kernels.gemm(
        Form.NN,
        out,
        tokens,
        rank,
        ws.theta,
        ws.layout.offset(b),
        rank,
        u,
        0,
        tokens,
        y,
        yAt + stacked * out * tokens,
        tokens,
        true);
  }

  /** Adds this branch's part of dx. */
  void inputGradient(float[] dy, int dyAt, int tokens, float[] dx) {
    float[] du = innerGradient(dy, dyAt, tokens);
    innerGradientKnown = true;
    boolean drops = ws.drops(rate);
    float[] into = drops ? droppedGradient.array(in * tokens) : dx;
    ws.kernels.gemm(
        Form.TN,
        in,
        tokens,
        rank,
        ws.theta,
        ws.layout.offset(a),
        in,
        du,
        0,
        tokens,
        into,
        0,
        tokens,
        !drops);
    if (drops) {
      ws.dropout(site(), rate, 0, into, 0, into, 0, in * tokens);
      ws.kernels.add(into, 0, dx, 0, in * tokens);
    }
  }

  void gradients(float[] x, int xAt, float[] dy, int dyAt, int tokens) {
    if (ws.gradients().wants(b)) {
      int at = dyAt + stacked * out * tokens;
      ws.gradients().product(b, dy, at, inner.array(rank * tokens), 0, tokens);
    }
    if (ws.gradients().wants(a)) {
      float[] du = innerGradient(dy, dyAt, tokens);
      boolean drops = ws.drops(rate);
      float[] input = drops ? dropped(x, xAt, tokens) : x;
      ws.gradients().product(a, du, 0, input, drops ? 0 : xAt, tokens);
    }
  }

  /**
   * s·Bᵀ·dy, [rank, tokens]; once a backward pass. Its buffer is shared with other layers, not with
   * those it is stacked with: all of a stack compute their part of dx before any asks for A's
   * gradient.
   */
  private float[] innerGradient(float[] dy, int dyAt, int tokens) {
    float[] du = innerGradient.array(rank * tokens);
    if (innerGradientKnown) {
      return du;
    }
    ws.kernels.gemm(
        Form.TN,
        rank,
        tokens,
        out,
        ws.theta,
        ws.layout.offset(b),
        rank,
        dy,
        dyAt + stacked * out * tokens,
        tokens,
        du,
        0,
        tokens,
        false);
    scale(du, rank * tokens);
    return du;
  }

  private float[] dropped(float[] x, int xAt, int tokens) {
    float[] kept = dropped.array(in * tokens);
    ws.dropout(site(), rate, 0, x, xAt, kept, 0, in * tokens);
    return kept;
  }

  private int site() {
    return FIRST_SITE + a;
  }

  /** One rounding an element, in whatever form it is compiled. */
  private void scale(float[] values, int n) {
    for (int i = 0; i < n; i++) {
      values[i] *= scale;
    }
  }
}
