package io.sparsetune.executor;

import io.sparsetune.cluster.TaskMemoryException;
import io.sparsetune.engine.EngineLease;
import io.sparsetune.engine.EngineWorker;
import io.sparsetune.work.LocalThreads;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Shares a task's items among its threads. */
final class TaskWork {
  private TaskWork() {}

  /** What is done with each item; {@code into} is its thread's. */
  @FunctionalInterface
  interface Each<S, A> {
    void run(EngineWorker worker, S item, A into);
  }

  /**
   * @param leases one lease for each thread
   * @param results what each thread adds to
   * @return each thread's result; empty where the engine has newer values than the task's
   */
  static <S, A> Optional<List<A>> share(
      int threads,
      List<S> items,
      Supplier<EngineLease> leases,
      Supplier<A> results,
      Each<S, A> each) {
    List<Optional<A>> all;
    try (LocalThreads pool = new LocalThreads(Math.max(1, Math.min(threads, items.size())))) {
      all =
          pool.share(
              items.iterator(),
              own -> TaskMemoryException.insteadOfError(() -> work(own, leases, results, each)));
    }
    List<A> present = new ArrayList<>();
    all.forEach(result -> result.ifPresent(present::add));
    return present.size() == all.size() ? Optional.of(present) : Optional.empty();
  }

  private static <S, A> Optional<A> work(
      Iterator<S> own, Supplier<EngineLease> leases, Supplier<A> results, Each<S, A> each) {
    A result = results.get();
    try (EngineLease lease = leases.get()) {
      if (lease.stale()) {
        return Optional.empty();
      }
      own.forEachRemaining(item -> each.run(lease.worker(), item, result));
    }
    return Optional.of(result);
  }
}
