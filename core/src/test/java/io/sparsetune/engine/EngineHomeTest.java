package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.MicroBatch;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.sums.DenseGradientSink;
import io.sparsetune.sums.GradientSum;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class EngineHomeTest {
  private static final ModelSpec SPEC =
      new ModelSpec(
          new EncoderConfig(Architecture.BERT, 5, 4, 1, 2, 8, Activation.GELU, 6, 2, 0, 1e-12),
          Pooling.CLS,
          2,
          Loss.CROSS_ENTROPY,
          Dropout.NONE);
  private static final Mask MASK = Mask.none(SPEC.layout());
  private static final float[] VALUES = {};

  private final EngineHome home = new EngineHome();

  /** Counts what is done to it. */
  private static final class CountingEngine implements Engine {
    final AtomicInteger installs = new AtomicInteger();
    final AtomicInteger workers = new AtomicInteger();
    volatile boolean failing;

    @Override
    public ModelSpec spec() {
      return SPEC;
    }

    @Override
    public void install(Mask trained, float[] values) {
      installs.incrementAndGet();
      if (failing) {
        throw new IllegalStateException("install failed");
      }
    }

    @Override
    public float[] gather(Mask mask) {
      return new float[mask.size()];
    }

    @Override
    public float[] theta() {
      return new float[SPEC.layout().size()];
    }

    @Override
    public EngineWorker newWorker() {
      workers.incrementAndGet();
      return new EngineWorker() {
        @Override
        public void gradient(MicroBatch batch, long dropoutKey, GradientSum into) {}

        @Override
        public void denseGradient(MicroBatch batch, long dropoutKey, DenseGradientSink into) {}

        @Override
        public float[] logits(MicroBatch batch) {
          return new float[0];
        }
      };
    }
  }

  private EngineLease acquire(CountingEngine engine, long sequence) {
    return home.acquire("run", () -> engine, sequence, MASK, VALUES);
  }

  @Test
  void loadsOnceAndInstallsOncePerSequence() {
    CountingEngine engine = new CountingEngine();
    AtomicInteger loads = new AtomicInteger();
    Supplier<Engine> loader =
        () -> {
          loads.incrementAndGet();
          return engine;
        };
    for (long sequence : new long[] {1, 1, 2, 2, 2}) {
      home.acquire("run", loader, sequence, MASK, VALUES).close();
    }
    assertThat(loads).hasValue(1);
    assertThat(engine.installs).hasValue(2);
  }

  @Test
  void olderSequenceIsStaleAndChangesNothing() {
    CountingEngine engine = new CountingEngine();
    acquire(engine, 5).close();
    EngineLease late = acquire(engine, 4);
    assertThat(late.stale()).isTrue();
    assertThatThrownBy(late::worker)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The lease is stale: the run has moved on");
    late.close();
    assertThat(engine.installs).hasValue(1);
  }

  @Test
  void newerValuesWaitForLeasesOfOlderOnes() throws Exception {
    CountingEngine engine = new CountingEngine();
    EngineLease first = acquire(engine, 1);
    EngineLease beside = acquire(engine, 1);
    CountDownLatch installed = new CountDownLatch(1);
    Thread newer =
        new Thread(
            () -> {
              try (EngineLease lease = acquire(engine, 2)) {
                if (!lease.stale()) {
                  installed.countDown();
                }
              }
            });
    newer.start();
    assertThat(installed.await(50, TimeUnit.MILLISECONDS)).isFalse();
    first.close();
    assertThat(installed.await(50, TimeUnit.MILLISECONDS)).isFalse();
    beside.close();
    assertThat(installed.await(10, TimeUnit.SECONDS)).isTrue();
    newer.join();
  }

  @Test
  void workersAreReusedAndNeverShared() {
    CountingEngine engine = new CountingEngine();
    EngineWorker used;
    try (EngineLease lease = acquire(engine, 1);
        EngineLease beside = acquire(engine, 1)) {
      used = lease.worker();
      assertThat(lease.worker()).isSameAs(used);
      assertThat(beside.worker()).isNotSameAs(used);
    }
    try (EngineLease lease = acquire(engine, 2);
        EngineLease beside = acquire(engine, 2)) {
      assertThat(List.of(lease.worker(), beside.worker())).contains(used);
    }
    assertThat(engine.workers).hasValue(2);
  }

  @Test
  void manyThreadsInstallEachSequenceOnce() throws Exception {
    CountingEngine engine = new CountingEngine();
    AtomicInteger staleOnes = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      threads.add(
          new Thread(
              () -> {
                for (long sequence = 1; sequence <= 200; sequence++) {
                  try (EngineLease lease = acquire(engine, sequence)) {
                    if (lease.stale()) {
                      staleOnes.incrementAndGet();
                    } else {
                      lease.worker();
                    }
                  }
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(engine.installs).hasValue(200);
    assertThat(engine.workers).hasValueLessThanOrEqualTo(8);
  }

  @Test
  void failedInstallIsTriedAgain() {
    CountingEngine engine = new CountingEngine();
    engine.failing = true;
    assertThatThrownBy(() -> acquire(engine, 1)).hasMessage("install failed");
    engine.failing = false;
    try (EngineLease lease = acquire(engine, 1)) {
      assertThat(lease.stale()).isFalse();
    }
    assertThat(engine.installs).hasValue(2);
  }

  @Test
  void interruptedWaitEndsWithTheFlagSet() {
    CountingEngine engine = new CountingEngine();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> acquire(engine, 1))
        .hasMessage("Interrupted while waiting for the engine of run");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void runsHaveTheirOwnEnginesAndTheirMemoryIsCounted() {
    acquire(new CountingEngine(), 1).close();
    home.acquire("other", CountingEngine::new, 1, MASK, VALUES).close();
    assertThat(home.count()).isEqualTo(2);
    assertThat(home.bytes()).isEqualTo(2 * 4L * SPEC.layout().size());
    home.release("run");
    assertThat(home.count()).isEqualTo(1);
  }

  @Test
  void aReleasedRunDoesNotComeBack() {
    acquire(new CountingEngine(), 3).close();
    home.release("run");
    CountingEngine late = new CountingEngine();
    for (long sequence : new long[] {2, 3, 4}) {
      try (EngineLease lease = acquire(late, sequence)) {
        assertThat(lease.stale()).isTrue();
      }
    }
    assertThat(late.installs).hasValue(0);
    assertThat(home.count()).isZero();
  }

  @Test
  void aRunReleasedBeforeItsFirstTaskLoadsNothing() {
    home.release("run");
    assertThat(acquire(new CountingEngine(), 1).stale()).isTrue();
    assertThat(home.count()).isZero();
  }

  @Test
  void valuesMustFitTheMask() {
    assertThatThrownBy(() -> home.acquire("run", CountingEngine::new, 1, MASK, new float[] {1}))
        .hasMessage("Invalid values: 1 for a mask of 0");
  }

  @Test
  void aPrivateEngineIsNobodyElsesUntilItIsGivenBackAtTheBase() {
    List<CountingEngine> opened = new ArrayList<>();
    Supplier<Engine> loader =
        () -> {
          opened.add(new CountingEngine());
          return opened.get(opened.size() - 1);
        };
    PrivateEngine first = home.borrow("a", loader);
    PrivateEngine second = home.borrow("a", loader);
    assertThat(first.engine()).isNotSameAs(second.engine());
    assertThat(first.worker(1)).isSameAs(first.worker(1)).isNotSameAs(first.worker(0));
    first.close();
    assertThat(opened.get(0).installs).hasValue(1);
    assertThat(home.borrow("a", loader)).isSameAs(first);
    assertThat(home.borrow("b", loader)).isNotSameAs(first);
    home.release("a");
    first.close();
    second.close();
    assertThat(home.borrow("a", loader)).isNotSameAs(first).isNotSameAs(second);
    assertThat(opened).hasSize(4);
  }
}
