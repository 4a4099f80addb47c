package io.sparsetune.engine;

import io.sparsetune.mask.Mask;
import java.lang.ref.SoftReference;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the engines of this JVM live, one for each run, told apart by the run's nonce. Tasks that
 * compute hold an {@link EngineLease}; new values go into an engine only while nobody does, and
 * only if they are newer. Thread-safe.
 */
public final class EngineHome {
  private static final Logger LOG = LoggerFactory.getLogger(EngineHome.class);
  private static final EngineHome INSTANCE = new EngineHome();

  private final Map<String, SharedEngine> engines = new HashMap<>();

  /** Private engines that wait to be borrowed; guarded by {@link #engines}. */
  private final Map<String, Deque<SoftReference<PrivateEngine>>> idle = new HashMap<>();

  /** Runs that are over, for as long as this JVM lives: a task that comes late finds no engine. */
  private final Set<String> released = new HashSet<>();

  EngineHome() {}

  /** The JVM's one home. */
  public static EngineHome get() {
    return INSTANCE;
  }

  /**
   * The run's engine with {@code values} at the positions of {@code trained}. Waits until leases of
   * older sequences are closed; leases of the same sequence are held side by side, one for each
   * computing thread. A thread must close its lease before it asks for a newer one.
   *
   * @param nonce names the run; another run gets an engine of its own, and none comes back after
   *     {@link #release}
   * @param loader opens the engine with θ⁰; called once for each nonce
   * @param sequence rises with every change of values; where the engine has already gone further,
   *     or was released, the lease is {@link EngineLease#stale()}
   * @param values [trained.size()]
   * @throws IllegalStateException when the thread is interrupted; its interrupt flag stays set
   */
  public EngineLease acquire(
      String nonce, Supplier<Engine> loader, long sequence, Mask trained, float[] values) {
    if (values.length != trained.size()) {
      throw new IllegalArgumentException(
          "Invalid values: %d for a mask of %d".formatted(values.length, trained.size()));
    }
    SharedEngine shared;
    synchronized (engines) {
      if (released.contains(nonce)) {
        return EngineLease.ofStale();
      }
      shared = engines.computeIfAbsent(nonce, absent -> new SharedEngine(this));
    }
    try {
      return shared.acquire(loader, sequence, trained, values);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for the engine of " + nonce, e);
    }
  }

  /**
   * An engine with θ⁰ that nobody else computes on until it is closed; then it is back at θ⁰ and
   * may be given to another caller of the run, or goes when memory is short.
   *
   * @param loader opens an engine with θ⁰; called where none is idle
   */
  public PrivateEngine borrow(String nonce, Supplier<Engine> loader) {
    synchronized (engines) {
      Deque<SoftReference<PrivateEngine>> all = idle.getOrDefault(nonce, new ArrayDeque<>());
      while (!all.isEmpty()) {
        PrivateEngine engine = all.removeFirst().get();
        if (engine != null) {
          return engine;
        }
      }
    }
    return new PrivateEngine(this, nonce, loader.get());
  }

  void giveBack(String nonce, PrivateEngine engine) {
    synchronized (engines) {
      if (!released.contains(nonce)) {
        idle.computeIfAbsent(nonce, absent -> new ArrayDeque<>()).add(new SoftReference<>(engine));
      }
    }
  }

  /** Ends the run: its engine's memory is free once the last lease is closed. */
  public void release(String nonce) {
    synchronized (engines) {
      released.add(nonce);
      engines.remove(nonce);
      idle.remove(nonce);
    }
  }

  /** Number of engines loaded in this JVM. */
  public int count() {
    synchronized (engines) {
      return (int) engines.values().stream().filter(engine -> engine.bytes() > 0).count();
    }
  }

  /** Memory of all θ in this JVM, in bytes. */
  public long bytes() {
    synchronized (engines) {
      return engines.values().stream().mapToLong(SharedEngine::bytes).sum();
    }
  }

  void loaded() {
    if (count() > 1) {
      LOG.warn(
          "{} runs have engines in this JVM; their parameters take {} MB",
          count(),
          bytes() / 1_000_000);
    }
  }
}
