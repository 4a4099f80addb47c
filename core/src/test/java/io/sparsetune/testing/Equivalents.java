package io.sparsetune.testing;

import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import java.util.ArrayList;
import java.util.List;

/** Golden models with something added. */
public final class Equivalents {
  private Equivalents() {}

  /** At the start. */
  public static GoldenModel read(String name, EquivalentModel equivalent) {
    BaseModel base = Golden.base(name);
    ModelSpec spec = Golden.spec(base).with(equivalent);
    return new GoldenModel(name, spec, base.load(spec, 1));
  }

  /**
   * Puts a file's tensors into a model.
   *
   * @param prefixes of the names in the file
   * @return the names of those that were there
   */
  public static List<String> fill(GoldenModel model, GoldenTensors tensors, String... prefixes) {
    ParameterLayout layout = model.spec().layout();
    List<String> found = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      for (String prefix : prefixes) {
        if (tensors.has(prefix + tensor.name())) {
          float[] values = tensors.floats(prefix + tensor.name());
          System.arraycopy(values, 0, model.theta(), layout.offset(t), values.length);
          found.add(tensor.name());
        }
      }
    }
    return found;
  }

  /** Indices of the tensors that are not the base's. */
  public static List<Integer> added(ParameterLayout layout) {
    List<Integer> added = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.ADDED) {
        added.add(t);
      }
    }
    return added;
  }
}
