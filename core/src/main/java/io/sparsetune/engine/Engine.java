package io.sparsetune.engine;

import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;

/**
 * A model in memory: one θ, computed on by any number of workers. {@link #install} must not run
 * beside a worker's computation; {@link EngineHome} sees to that.
 */
public interface Engine {
  ModelSpec spec();

  /**
   * Puts the previous mask's positions back to θ⁰, then writes {@code values} [trained.size()] at
   * the positions of {@code trained}, whose gradients workers compute from now on.
   */
  void install(Mask trained, float[] values);

  /** θ at the positions of the mask, [mask.size()]. */
  float[] gather(Mask mask);

  /** θ itself, [layout.size()]: to be read, while nothing is installed, and never written. */
  float[] theta();

  /** A worker for one thread; it holds that thread's activations. */
  EngineWorker newWorker();
}
