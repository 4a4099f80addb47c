package io.sparsetune.bigdl;

import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.kernels.Bf16Products;
import io.sparsetune.kernels.Bf16Weights;
import io.sparsetune.kernels.Kernels;
import io.sparsetune.kernels.Products;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Precision;
import io.sparsetune.params.ParameterLayout;
import java.util.Optional;

/** One θ, what is installed in it, and what stood there before. */
final class BigDlEngine implements Engine {
  /** From such a part of a tensor on, all of it is rounded anew, by the threads that read it. */
  private static final int MANY = 8;

  private final ModelSpec spec;
  private final ParameterLayout layout;
  private final float[] theta;
  private final Optional<Bf16Weights> rounded;
  private volatile Mask installed;
  private float[] original = {};

  BigDlEngine(ModelSpec spec, float[] theta) {
    this.spec = spec;
    this.layout = spec.layout();
    this.theta = theta;
    this.rounded =
        spec.precision() == Precision.BF16 ? Optional.of(new Bf16Weights(theta)) : Optional.empty();
    this.installed = Mask.none(layout);
    if (theta.length != layout.size()) {
      throw new IllegalArgumentException(
          "Invalid parameters: %d for a model of %d".formatted(theta.length, layout.size()));
    }
  }

  @Override
  public ModelSpec spec() {
    return spec;
  }

  @Override
  public void install(Mask trained, float[] values) {
    if (values.length != trained.size() || trained.tensorCount() != layout.tensorCount()) {
      throw new IllegalArgumentException(
          "Invalid values: %d in %d tensors for a mask of %d in %d"
              .formatted(
                  values.length, layout.tensorCount(), trained.size(), trained.tensorCount()));
    }
    if (!trained.equals(installed)) {
      installed.scatter(layout, theta, original);
      rounded.ifPresent(weights -> changed(weights, installed));
      original = gather(trained);
      installed = trained;
    }
    trained.scatter(layout, theta, values);
    rounded.ifPresent(weights -> changed(weights, trained));
  }

  private void changed(Bf16Weights weights, Mask mask) {
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (mask.count(t) > layout.tensor(t).size() / MANY) {
        weights.changed(layout.offset(t));
      } else if (mask.count(t) > 0) {
        weights.changed(layout.offset(t), mask.positions(t));
      }
    }
  }

  @Override
  public float[] gather(Mask mask) {
    return mask.gather(layout, theta);
  }

  @Override
  public float[] theta() {
    return theta;
  }

  /** What workers compute gradients of. */
  Mask installed() {
    return installed;
  }

  /** A worker's products of dense layers. */
  Products products(Kernels kernels) {
    return rounded.<Products>map(weights -> new Bf16Products(kernels, weights)).orElse(kernels);
  }

  @Override
  public EngineWorker newWorker() {
    return new BigDlWorker(this, layout, theta);
  }
}
