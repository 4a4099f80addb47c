package io.sparsetune.store;

import io.sparsetune.error.UserException;
import io.sparsetune.files.IoReason;
import io.sparsetune.state.StateFile;
import io.sparsetune.store.SavedName.OfWorker;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** A worker's files in a {@link RoundFolder}: the newest, and the one before it. */
final class WorkerFiles implements WorkerStore {
  private static final String KIND = "dense worker";

  private final RoundFolder folder;
  private final int round;
  private final int worker;
  private final long interval;
  private final Consumer<String> warnings;
  private long last = System.nanoTime();

  WorkerFiles(
      RoundFolder folder, int round, int worker, Duration interval, Consumer<String> warnings) {
    this.folder = folder;
    this.round = round;
    this.worker = worker;
    this.interval = interval.toNanos();
    this.warnings = warnings;
  }

  @Override
  public <T> Optional<T> latest(Restorer<T> restorer) {
    Set<OfWorker> refused = new HashSet<>();
    // Another attempt at the same work may replace files meanwhile: look again after each failure.
    while (true) {
      Optional<OfWorker> newest =
          existing().stream().filter(name -> !refused.contains(name)).findFirst();
      if (newest.isEmpty()) {
        return Optional.empty();
      }
      int step = newest.get().step();
      try {
        return Optional.of(folder.read(newest.get(), KIND, in -> restorer.restore(step, in)));
      } catch (UserException e) {
        refused.add(newest.get());
        warnings.accept(
            "%s; worker %d of round %d goes on from an earlier state, or begins its round again"
                .formatted(e.getMessage(), worker + 1, round + 1));
      }
    }
  }

  private List<OfWorker> existing() {
    try {
      return files();
    } catch (IOException e) {
      return notListed(IoReason.of(e));
    } catch (RuntimeException e) {
      // Some file systems' own; none is worth a training.
      return notListed(e.toString());
    }
  }

  private List<OfWorker> notListed(String reason) {
    warnings.accept(
        "Cannot list %s: %s; worker %d begins round %d again"
            .formatted(folder.location(), reason, worker + 1, round + 1));
    return List.of();
  }

  /** The newest first. */
  private List<OfWorker> files() throws IOException {
    return folder.names().stream()
        .filter(OfWorker.class::isInstance)
        .map(OfWorker.class::cast)
        .filter(name -> name.round() == round && name.worker() == worker)
        .sorted(Comparator.comparingInt(OfWorker::step).reversed())
        .toList();
  }

  @Override
  public boolean due() {
    return System.nanoTime() - last >= interval;
  }

  @Override
  public void save(int step, StateFile.Content content) {
    try {
      folder.write(new OfWorker(round, worker, step), KIND, content);
      removeBefore(step);
    } catch (IOException e) {
      warn(IoReason.of(e));
      if (e instanceof InterruptedIOException || e instanceof ClosedByInterruptException) {
        Thread.currentThread().interrupt();
      }
    } catch (RuntimeException e) {
      // Some file systems' own; none is worth a training.
      warn(e.toString());
    }
    last = System.nanoTime();
  }

  private void warn(String reason) {
    warnings.accept(
        "Cannot save the state of worker %d of round %d in %s: %s; it goes on, and tries again later"
            .formatted(worker + 1, round + 1, folder.location(), reason));
  }

  /** Later ones are another attempt's, or of no use: they are left alone. */
  private void removeBefore(int step) throws IOException {
    List<OfWorker> earlier = files().stream().filter(name -> name.step() < step).toList();
    for (OfWorker old : earlier.subList(Math.min(1, earlier.size()), earlier.size())) {
      folder.delete(old);
    }
  }
}
