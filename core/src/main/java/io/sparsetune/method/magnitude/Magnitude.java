package io.sparsetune.method.magnitude;

import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;

/** The largest |θ⁰|: MagPruning of Fu et al., AAAI 2023. */
public final class Magnitude implements MaskMethod {
  @Override
  public String name() {
    return "magnitude";
  }

  @Override
  public Evidence evidence() {
    return Evidence.BASE_VALUES;
  }
}
