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
  private volatile boolean saved = true;
  private long lastSave = System.nanoTime();
  private Optional<BytesMoved> lastMoved = Optional.empty();
  private volatile Future<?> writing;
  private boolean failed;
  private TakenOverException takenOver;

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
      saved = false;
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
      case STEP -> inTime && (writing == null || writing.isDone());
    };
  }

  private void save(Milestone milestone) {
    await();
    lastMoved = run.moved().get();
    lastSave = System.nanoTime();
    if (schedule.manner() == Manner.WAITING || milestone == Milestone.SELECTION) {
      write(checkpoint(state));
      rethrow();
    } else {
      Checkpoint checkpoint = checkpoint(state.snapshot());
      writing = writer.submit(() -> write(checkpoint));
    }
    saved = true;
  }

  private Checkpoint checkpoint(TrainingState of) {
    return new Checkpoint(run.id(), of, run.tally().get(), run.seconds().get(), lastMoved);
  }

  private synchronized void write(Checkpoint checkpoint) {
    try {
      target.write(checkpoint);
      failed = false;
    } catch (IOException e) {
      problem(IoReason.of(e));
    } catch (TakenOverException e) {
      takenOver = e;
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

  private synchronized void rethrow() {
    if (takenOver != null) {
      throw takenOver;
    }
  }

  /** Waits for what is being written. */
  private void await() {
    Future<?> before = writing;
    try {
      if (before != null) {
        before.get();
        writing = null;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    rethrow();
  }

  /**
   * Writes the state of this moment, from any thread, for a process that is about to end.
   *
   * @param patience how long a change of the state is waited for
   * @return steps done in what is saved; empty where nothing could be
   */
  public Optional<Integer> saveNow(Duration patience) {
    try {
      if (!changing.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
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
      if (!writer.isShutdown() && (!saved || writing != null && !writing.isDone())) {
        write(checkpoint(state));
        saved = true;
      }
      return !saved || failed || takenOver != null ? Optional.empty() : Optional.of(state.step());
    } finally {
      changing.unlock();
    }
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
