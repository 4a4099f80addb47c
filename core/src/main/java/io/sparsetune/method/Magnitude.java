package io.sparsetune.method;

/** The largest |θ⁰|: MagPruning of Fu et al., AAAI 2023. */
final class Magnitude implements MaskMethod {
  @Override
  public String name() {
    return "magnitude";
  }

  @Override
  public Evidence evidence() {
    return Evidence.BASE_VALUES;
  }
}
