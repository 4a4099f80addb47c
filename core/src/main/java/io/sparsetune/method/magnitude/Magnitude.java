package io.sparsetune.method.magnitude;

import io.sparsetune.keys.Key;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.Variant;
import java.util.List;
import java.util.Map;

/** The largest |θ⁰|: MagPruning of Fu et al., AAAI 2023. */
public final class Magnitude implements MaskMethod {
  @Override
  public String name() {
    return "magnitude";
  }

  @Override
  public List<Key<?>> keys() {
    return List.of(Variant.KEY, Variant.BURN_IN);
  }

  @Override
  public Map<Key<?>, String> problems(MethodOptions options) {
    return Variant.problems(options, Variant.FU_CODE, Variant.BURN_IN);
  }

  @Override
  public MaskMethod as(MethodOptions options) {
    return options.get(Variant.KEY).equals(Variant.FU_CODE) ? new AfterBurnIn() : this;
  }

  @Override
  public Evidence evidence(MaskProblem problem) {
    return new Evidence.BaseValues(problem.scope().tensors());
  }
}
