package io.sparsetune.engine;

import io.sparsetune.mask.Mask;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;

/**
 * One run's engine, the sequence number of what is installed, and idle workers. Read stamps are
 * leases; the write stamp loads and installs.
 */
final class SharedEngine {
  private static final long NOTHING_INSTALLED = Long.MIN_VALUE;

  private final EngineHome home;
  private final StampedLock lock = new StampedLock();
  private final ConcurrentLinkedDeque<EngineWorker> idle = new ConcurrentLinkedDeque<>();
  private volatile Engine engine;
  private volatile long installed = NOTHING_INSTALLED;

  SharedEngine(EngineHome home) {
    this.home = home;
  }

  EngineLease acquire(Supplier<Engine> loader, long sequence, Mask trained, float[] values)
      throws InterruptedException {
    if (installed > sequence) {
      return EngineLease.ofStale();
    }
    long stamp = lock.readLockInterruptibly();
    if (installed >= sequence) {
      return lease(stamp, sequence);
    }
    lock.unlockRead(stamp);
    stamp = lock.writeLockInterruptibly();
    boolean done = false;
    try {
      if (installed < sequence) {
        if (engine == null) {
          engine = loader.get();
          home.loaded();
        }
        // An install that fails half-way leaves values that no later sequence may build on.
        installed = NOTHING_INSTALLED;
        engine.install(trained, values);
        installed = sequence;
      }
      done = true;
    } finally {
      if (!done) {
        lock.unlockWrite(stamp);
      }
    }
    return lease(lock.tryConvertToReadLock(stamp), sequence);
  }

  private EngineLease lease(long readStamp, long sequence) {
    if (installed > sequence) {
      lock.unlockRead(readStamp);
      return EngineLease.ofStale();
    }
    EngineWorker worker = idle.pollFirst();
    return new EngineLease(this, readStamp, engine, worker);
  }

  void giveBack(long readStamp, EngineWorker worker) {
    if (worker != null) {
      idle.addFirst(worker);
    }
    lock.unlockRead(readStamp);
  }

  long bytes() {
    Engine current = engine;
    return current == null ? 0 : 4L * current.spec().layout().size();
  }
}
