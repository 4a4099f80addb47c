package io.sparsetune.cli;

import io.sparsetune.cluster.FailedWorkException;
import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A watch over the threads of this process while a command waits for Spark. A thread of Spark's
 * that dies of an {@link Error} leaves whoever waits for it waiting for ever: the first such death
 * stops Spark, and then the command.
 */
final class ThreadDeaths implements AutoCloseable, UncaughtExceptionHandler {
  private static final int SECONDS_AFTER_STOP = 10;

  private final UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
  private final Thread worker = Thread.currentThread();
  private final Runnable stop;
  private final CountDownLatch died = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private String thread = "";
  private Error error;

  private ThreadDeaths(Runnable stop) {
    this.stop = stop;
  }

  /**
   * Watches until it is closed by the same thread, which is the one that waits for Spark.
   *
   * @param stop makes what the thread waits for fail
   */
  static ThreadDeaths watch(Runnable stop) {
    ThreadDeaths watch = new ThreadDeaths(stop);
    // Begun now: without memory no thread may begin.
    Thread stopper = new Thread(watch::stopAfterDeath, "sparsetune-thread-deaths");
    stopper.setDaemon(true);
    stopper.start();
    Thread.setDefaultUncaughtExceptionHandler(watch);
    return watch;
  }

  @Override
  public void uncaughtException(Thread dead, Throwable failure) {
    if (failure instanceof Error deadly) {
      synchronized (this) {
        if (error == null) {
          thread = dead.getName();
          error = deadly;
        }
      }
      died.countDown();
    } else if (before != null) {
      before.uncaughtException(dead, failure);
    } else {
      dead.getThreadGroup().uncaughtException(dead, failure);
    }
  }

  private void stopAfterDeath() {
    try {
      died.await();
      if (ended.getCount() == 0) {
        return;
      }
      stop.run();
      if (!ended.await(SECONDS_AFTER_STOP, TimeUnit.SECONDS)) {
        synchronized (this) {
          if (ended.getCount() > 0) {
            worker.interrupt();
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Makes sure that no thread has died.
   *
   * @param failure what became of the work
   * @throws FailedWorkException with the error that ended a thread
   */
  synchronized void requireNone(Throwable failure) {
    if (error != null) {
      if (error != failure) {
        error.addSuppressed(failure);
      }
      throw new FailedWorkException("in Spark's thread " + thread, error);
    }
  }

  @Override
  public void close() {
    Thread.setDefaultUncaughtExceptionHandler(before);
    synchronized (this) {
      ended.countDown();
      if (error != null) {
        // The watch's own interrupt may have come when nothing waited any more.
        Thread.interrupted();
      }
    }
    died.countDown();
  }
}
