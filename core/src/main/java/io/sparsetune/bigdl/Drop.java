package io.sparsetune.bigdl;

import com.intel.analytics.bigdl.nn.abstractnn.TensorModule;
import com.intel.analytics.bigdl.tensor.Tensor;

/** The classifier's dropout; passes its input through where nothing is dropped. */
final class Drop extends TensorModule<Float> {
  private static final long serialVersionUID = 1;

  private final transient Workspace ws;
  private final transient Slot output;
  private final transient Slot gradInput;
  private final double rate;
  private final int site;

  Drop(Workspace ws, int site) {
    super(BigDl.FLOAT, BigDl.NUMERIC);
    this.ws = ws;
    this.output = ws.own();
    this.gradInput = ws.own();
    this.rate = ws.spec.dropout().classifier();
    this.site = site;
  }

  @Override
  public Tensor<Float> updateOutput(Tensor<Float> x) {
    output_$eq(dropped(x, output));
    return output();
  }

  @Override
  public Tensor<Float> updateGradInput(Tensor<Float> x, Tensor<Float> dy) {
    gradInput_$eq(dropped(dy, gradInput));
    return gradInput();
  }

  private Tensor<Float> dropped(Tensor<Float> x, Slot to) {
    if (!ws.drops(rate)) {
      return x;
    }
    float[] y = to.shape(x.size(1), x.size(2));
    ws.dropout(site, rate, 0, BigDl.array(x), BigDl.offset(x), y, 0, x.nElement());
    return to.tensor();
  }

  @Override
  public Drop clearState() {
    return this;
  }
}
