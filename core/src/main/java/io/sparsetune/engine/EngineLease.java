package io.sparsetune.engine;

/**
 * The right to compute on an engine while nobody changes its values; for one thread, which closes
 * it. A stale lease grants nothing: the run has moved on or is over, and whoever holds it ends
 * quietly.
 */
public final class EngineLease implements AutoCloseable {
  private final SharedEngine shared;
  private final long stamp;
  private final Engine engine;
  private EngineWorker worker;
  private boolean closed;

  EngineLease(SharedEngine shared, long stamp, Engine engine, EngineWorker idleWorker) {
    this.shared = shared;
    this.stamp = stamp;
    this.engine = engine;
    this.worker = idleWorker;
  }

  static EngineLease ofStale() {
    return new EngineLease(null, 0, null, null);
  }

  /** Whether the engine has newer values than the caller's, or was released. */
  public boolean stale() {
    return shared == null;
  }

  /**
   * @throws IllegalStateException when stale or closed
   */
  public Engine engine() {
    check();
    return engine;
  }

  /**
   * This lease's worker: always the same one, nobody else's until the lease is closed.
   *
   * @throws IllegalStateException when stale or closed
   */
  public EngineWorker worker() {
    check();
    if (worker == null) {
      worker = engine.newWorker();
    }
    return worker;
  }

  @Override
  public void close() {
    if (!closed && shared != null) {
      shared.giveBack(stamp, worker);
    }
    closed = true;
  }

  private void check() {
    if (closed || shared == null) {
      throw new IllegalStateException(
          closed ? "The lease is closed" : "The lease is stale: the run has moved on");
    }
  }
}
