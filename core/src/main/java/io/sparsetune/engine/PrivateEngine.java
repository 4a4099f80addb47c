package io.sparsetune.engine;

import io.sparsetune.mask.Mask;
import java.util.ArrayList;
import java.util.List;

/**
 * An engine of one borrower's own, who may install values whenever none of its workers computes.
 * For one thread and those that it starts; {@link #worker} is not for several at once.
 */
public final class PrivateEngine implements AutoCloseable {
  private static final float[] NO_VALUES = {};

  private final EngineHome home;
  private final String nonce;
  private final Engine engine;
  private final List<EngineWorker> workers = new ArrayList<>();

  PrivateEngine(EngineHome home, String nonce, Engine engine) {
    this.home = home;
    this.nonce = nonce;
    this.engine = engine;
  }

  public Engine engine() {
    return engine;
  }

  /** A thread's worker: always the same one. */
  public EngineWorker worker(int thread) {
    while (workers.size() <= thread) {
      workers.add(engine.newWorker());
    }
    return workers.get(thread);
  }

  /** Puts everything back to θ⁰ and gives the engine back. */
  @Override
  public void close() {
    engine.install(Mask.none(engine.spec().layout()), NO_VALUES);
    home.giveBack(nonce, this);
  }
}
