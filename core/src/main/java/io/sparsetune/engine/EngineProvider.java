package io.sparsetune.engine;

import io.sparsetune.model.ModelSpec;

/** The door of the sealed room: the one class that is looked up in it by name. */
public interface EngineProvider {
  /**
   * @param theta θ⁰ [n] in the order of {@code spec.layout()}; the engine keeps this array and is
   *     from now on the only one to write to it
   */
  Engine open(ModelSpec spec, float[] theta);
}
