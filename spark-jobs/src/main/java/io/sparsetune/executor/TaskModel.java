package io.sparsetune.executor;

import io.sparsetune.engine.Arithmetic;
import io.sparsetune.engine.Engine;
import io.sparsetune.engine.EngineHome;
import io.sparsetune.engine.EngineLease;
import io.sparsetune.engine.PrivateEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;
import java.io.Serializable;

/**
 * What a task needs to compute on a run's model: broadcast once a run.
 *
 * @param nonce names the run in each JVM's {@link EngineHome}
 * @param seed of the head's initialisation
 * @param arithmetic of the executors, which must not be mixed
 */
record TaskModel(String nonce, ShippedModel base, ModelSpec spec, long seed, String arithmetic)
    implements Serializable {
  private static final float[] NO_VALUES = {};

  /** This JVM's engine with those values; loads θ⁰ when it is the first task here. */
  EngineLease lease(long sequence, Mask trained, float[] values) {
    return EngineHome.get().acquire(nonce, this::engine, sequence, trained, values);
  }

  /** An engine of the caller's own, at θ⁰. */
  PrivateEngine borrow() {
    return EngineHome.get().borrow(nonce, this::engine);
  }

  private Engine engine() {
    Arithmetic.require(spec.precision(), arithmetic);
    return base.engine(spec, seed);
  }

  /** The engine at θ⁰. */
  EngineLease leaseAtStart(long sequence) {
    return lease(sequence, Mask.none(spec.layout()), NO_VALUES);
  }
}
