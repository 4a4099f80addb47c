package io.sparsetune.work;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

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

  int count() {
    return count;
  }

  /**
   * What the work returns on each thread; the first failure, as it was. Returns and throws only
   * once the work has ended on every thread.
   *
   * @throws IllegalStateException when the caller is interrupted, its flag set again: the threads
   *     were interrupted too, and serve nobody any more; or for a checked exception of the work
   */
  public <A> List<A> onEach(Callable<A> work) {
    if (count == 1) {
      return List.of(inPlace(work));
    }
    List<Future<A>> running = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      running.add(pool.submit(work));
    }
    List<A> results = new ArrayList<>();
    Throwable failure = null;
    for (Future<A> future : running) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        end();
        throw interrupted(e);
      }
    }
    if (failure != null) {
      throw unchecked(failure);
    }
    return results;
  }

  /**
   * Shares items among the threads: each is taken by one of them.
   *
   * @param items asked by one thread at a time
   * @param work a thread's, given the items that it takes
   */
  public <S, A> List<A> share(Iterator<S> items, Function<Iterator<S>, A> work) {
    return onEach(() -> work.apply(new Taken<>(items)));
  }

  /** The items that no other thread has taken. */
  private static final class Taken<S> implements Iterator<S> {
    private final Iterator<S> items;

    /** Null before it is taken, and at the end. */
    private S next;

    Taken(Iterator<S> items) {
      this.items = items;
    }

    @Override
    public boolean hasNext() {
      if (next == null) {
        synchronized (items) {
          next = items.hasNext() ? items.next() : null;
        }
      }
      return next != null;
    }

    @Override
    public S next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      S taken = next;
      next = null;
      return taken;
    }
  }

  private static <A> A inPlace(Callable<A> work) {
    try {
      return work.call();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (Exception e) {
      throw unchecked(e);
    }
  }

  /** Interrupts the threads and waits for them, however often the caller is interrupted. */
  private void end() {
    pool.shutdownNow();
    while (true) {
      try {
        if (pool.awaitTermination(1, TimeUnit.HOURS)) {
          return;
        }
      } catch (InterruptedException again) {
        // The caller's flag is set again once the threads have ended.
      }
    }
  }

  private static IllegalStateException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("Interrupted while training", cause);
  }

  private static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException unchecked
        ? unchecked
        : new IllegalStateException(failure);
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
