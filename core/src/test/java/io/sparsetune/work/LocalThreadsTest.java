package io.sparsetune.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalThreadsTest {
  private static final int THREADS = 3;

  /** Waits for an interruption, which stays set. */
  private static boolean isInterruptedWithin(int seconds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!Thread.currentThread().isInterrupted() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    return Thread.currentThread().isInterrupted();
  }

  /** Holds a thread, whatever interrupts it. */
  private static void workOn(long milliseconds) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void everyThreadGivesItsResult() {
    AtomicInteger next = new AtomicInteger();
    try (LocalThreads threads = new LocalThreads(THREADS)) {
      assertThat(threads.onEach(next::getAndIncrement)).containsExactlyInAnyOrder(0, 1, 2);
      assertThat(threads.onEach(() -> 7)).containsExactly(7, 7, 7);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, THREADS})
  void eachItemIsTakenByOneThread(int count) {
    List<Integer> items = IntStream.range(0, 1000).boxed().toList();
    try (LocalThreads threads = new LocalThreads(count)) {
      List<List<Integer>> taken =
          threads.share(
              items.iterator(),
              own -> {
                List<Integer> all = new ArrayList<>();
                own.forEachRemaining(all::add);
                assertThat(own.hasNext()).isFalse();
                assertThatThrownBy(own::next).isInstanceOf(NoSuchElementException.class);
                return all;
              });
      assertThat(taken).hasSize(count).allSatisfy(own -> assertThat(own).isSorted());
      assertThat(taken.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(items);
    }
  }

  @Test
  void anErrorIsThrownAsItWasOnceAllThreadsHaveEnded() {
    AtomicInteger next = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    LinkageError error = new LinkageError("no native library");
    try (LocalThreads threads = new LocalThreads(THREADS)) {
      assertThatThrownBy(
              () ->
                  threads.onEach(
                      () -> {
                        if (next.getAndIncrement() == 0) {
                          throw error;
                        }
                        workOn(200);
                        return ended.incrementAndGet();
                      }))
          .isSameAs(error);
      assertThat(ended).hasValue(THREADS - 1);
    }
  }

  @Test
  void anInterruptionIsThrownWithTheFlagSetOnceAllThreadsHaveEnded() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    AtomicInteger told = new AtomicInteger();
    Thread caller = Thread.currentThread();
    try (LocalThreads threads = new LocalThreads(THREADS)) {
      assertThatThrownBy(
              () ->
                  threads.onEach(
                      () -> {
                        if (running.incrementAndGet() == THREADS) {
                          caller.interrupt();
                        }
                        told.addAndGet(isInterruptedWithin(20) ? 1 : 0);
                        workOn(200);
                        return ended.incrementAndGet();
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Interrupted while training");
      assertThat(ended).hasValue(THREADS);
      assertThat(told).hasValue(THREADS);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, THREADS})
  void aCheckedExceptionIsTheCauseOfWhatIsThrown(int count) {
    IOException failure = new IOException("disk");
    try (LocalThreads threads = new LocalThreads(count)) {
      assertThatThrownBy(
              () ->
                  threads.onEach(
                      () -> {
                        throw failure;
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasCause(failure);
    }
  }
}
