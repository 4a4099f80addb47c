package io.sparsetune.train;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A fixed number of threads that all do the same; one thread is the caller's own. */
public final class LocalThreads implements AutoCloseable {
  private final int count;
  private final ExecutorService pool;

  public LocalThreads(int count) {
    if (count <= 0) {
      throw new IllegalArgumentException("Invalid number of threads: " + count);
    }
    this.count = count;
    this.pool = Executors.newFixedThreadPool(count, LocalThreads::daemon);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "sparsetune-local");
    thread.setDaemon(true);
    return thread;
  }

  /** What the work returns on each thread; the first failure, as it was, once all have ended. */
  public <A> List<A> onEach(Callable<A> work) {
    if (count == 1) {
      return List.of(call(work));
    }
    List<Future<A>> running = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      running.add(pool.submit(work));
    }
    List<A> results = new ArrayList<>();
    RuntimeException failure = null;
    for (Future<A> future : running) {
      try {
        results.add(call(future::get));
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return results;
  }

  private static <A> A call(Callable<A> work) {
    try {
      return work.call();
    } catch (RuntimeException e) {
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while training", e);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
