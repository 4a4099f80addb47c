package io.sparsetune.checkpoint;

import io.sparsetune.error.TakenOverException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.IoReason;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.StepTally;
import io.sparsetune.train.StateKeeper;
import io.sparsetune.train.TrainingState;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Saves a training's states: now and then, at each evaluation, and whenever a mask is chosen. A
 * thread of its own writes while the training goes on. Another thread may ask for the state of this
 * moment, since the process is about to end.
 */
public final class StateSaver implements StateKeeper, AutoCloseable {
  private final Target target;
  private final Schedule schedule;
  private final Run run;
  private final Consumer<String> problems;
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          work -> {
            Thread thread = new Thread(work, "sparsetune-checkpoints");
            thread.setDaemon(true);
            return thread;
          });

  /** Held while the state changes, and while it is written for the last time. */
  private final ReentrantLock changing = new ReentrantLock();

  private TrainingState state;

  /** Rises with each change of the state. */
  private long version;

  private long lastSave = System.nanoTime();

  /** The writing that is under way, or was last. */
  private Optional<Writing> writing = Optional.empty();

  private volatile long savedVersion;
  private volatile boolean failed;
  private volatile Optional<TakenOverException> takenOver = Optional.empty();

  private record Writing(long version, Future<?> end) {}

  /** Where checkpoints are written. */
  @FunctionalInterface
  public interface Target {
    void write(Checkpoint checkpoint) throws IOException;
  }

  /** How the state is written. */
  public enum Manner {
    /** A copy is written while the training goes on. */
    ASIDE,
    /** The training waits: for states of the model's size, which have no room for a copy. */
    WAITING
  }

  /**
   * When states are saved.
   *
   * @param every at least so long after the one before; zero: after every step
   */
  public record Schedule(Duration every, Manner manner) {}

  /**
   * The run whose state it is.
   *
   * @param id by content
   * @param tally of the steps since the last line of the log
   * @param seconds that the training has taken
   * @param moved traffic with the driver so far
   */
  public record Run(
      String id,
      Supplier<StepTally> tally,
      Supplier<Double> seconds,
      Supplier<Optional<BytesMoved>> moved) {}

  /**
   * @param problems hears, once, why states cannot be saved; the training goes on
   */
  public StateSaver(Target target, Schedule schedule, Run run, Consumer<String> problems) {
    this.target = target;
    this.schedule = schedule;
    this.run = run;
    this.problems = problems;
  }

  /**
   * {@inheritDoc}
   *
   * @throws TakenOverException where another command has taken the run over
   */
  @Override
  public TrainingState advance(Milestone milestone, Supplier<TrainingState> change) {
    changing.lock();
    try {
      state = change.get();
      version++;
    } finally {
      changing.unlock();
    }
    if (isDue(milestone)) {
      save(milestone);
    }
    return state;
  }

  private boolean isDue(Milestone milestone) {
    boolean inTime = System.nanoTime() - lastSave >= schedule.every().toNanos();
    return switch (milestone) {
      case SELECTION -> true;
      case EVALUATION -> inTime || schedule.manner() == Manner.ASIDE;
      case STEP -> inTime && !isWriting();
    };
  }

  private synchronized boolean isWriting() {
    return writing.filter(last -> !last.end().isDone()).isPresent();
  }

  private void save(Milestone milestone) {
    await();
    lastSave = System.nanoTime();
    if (schedule.manner() == Manner.WAITING || milestone == Milestone.SELECTION) {
      submit(checkpoint(state), version);
      await();
    } else {
      submit(checkpoint(state.snapshot()), version);
    }
  }

  private Checkpoint checkpoint(TrainingState of) {
    return new Checkpoint(run.id(), of, run.tally().get(), run.seconds().get(), run.moved().get());
  }

  private synchronized Future<?> submit(Checkpoint checkpoint, long ofVersion) {
    Future<?> end = writer.submit(() -> write(checkpoint, ofVersion));
    writing = Optional.of(new Writing(ofVersion, end));
    return end;
  }

  private void write(Checkpoint checkpoint, long ofVersion) {
    try {
      target.write(checkpoint);
      savedVersion = ofVersion;
      failed = false;
    } catch (IOException e) {
      problem(IoReason.of(e));
    } catch (TakenOverException e) {
      takenOver = Optional.of(e);
    } catch (UserException e) {
      problem(e.getMessage());
    } catch (RuntimeException e) {
      // Some file systems' own; none is worth a training.
      problem(e.toString());
    }
  }

  private void problem(String why) {
    if (!failed) {
      problems.accept(why);
    }
    failed = true;
  }

  /** Waits for what is being written. */
  private void await() {
    Optional<Writing> last;
    synchronized (this) {
      last = writing;
    }
    try {
      if (last.isPresent()) {
        last.get().end().get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    if (takenOver.isPresent()) {
      throw takenOver.get();
    }
  }

  /**
   * Writes the state of this moment, from any thread, for a process that is about to end.
   *
   * @param patience how long that may take in all
   * @return steps done in what is saved; empty where the state of this moment is not
   */
  public Optional<Integer> saveNow(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      if (!changing.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
        return Optional.empty();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
    try {
      if (state == null) {
        return Optional.empty();
      }
      if (savedVersion != version && !writer.isShutdown()) {
        Future<?> end = underWay().orElseGet(() -> submit(checkpoint(state), version));
        end.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      return savedVersion == version ? Optional.of(state.step()) : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException | TimeoutException e) {
      return Optional.empty();
    } finally {
      changing.unlock();
    }
  }

  /** The writing of the state of this moment, where it has begun. */
  private synchronized Optional<Future<?>> underWay() {
    return writing
        .filter(last -> last.version() == version && !last.end().isDone())
        .map(Writing::end);
  }

  /** Waits for what is being written; nothing is written afterwards. */
  @Override
  public void close() {
    try {
      await();
    } finally {
      changing.lock();
      try {
        writer.shutdown();
      } finally {
        changing.unlock();
      }
    }
  }
}
