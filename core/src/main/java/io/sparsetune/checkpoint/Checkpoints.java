package io.sparsetune.checkpoint;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.Folder;
import io.sparsetune.files.IoReason;
import io.sparsetune.params.ParameterLayout;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checkpoints in a folder, numbered as they were written: {@code checkpoint-000012}. The last
 * two are kept, so that one that is damaged has another before it.
 */
public final class Checkpoints {
  private static final Pattern NAME = Pattern.compile("checkpoint-(\\d{6,9})");

  private final Folder folder;

  /** The newest that is known to be good: written or read here. */
  private OptionalInt good = OptionalInt.empty();

  /**
   * @param folder of the checkpoints alone; made when the first is written
   */
  public Checkpoints(Folder folder) {
    this.folder = folder;
  }

  /**
   * The newest checkpoint that can be used.
   *
   * @param checkpoint empty where there is none
   * @param problems of those that are newer and cannot be used, newest first
   */
  public record Latest(Optional<Checkpoint> checkpoint, List<String> problems) {
    public Latest {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Writes the next checkpoint, whole or not at all, and removes all but the one before it: the
   * newest, or the newest that {@link #latest} has found good.
   */
  public synchronized void write(Checkpoint checkpoint) throws IOException {
    List<Integer> numbers = numbers();
    int newest = numbers.isEmpty() ? 0 : numbers.get(numbers.size() - 1);
    int before = good.orElse(newest);
    int next = newest + 1;
    folder.write(
        name(next),
        out -> {
          BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
          CheckpointFile.write(checkpoint, buffered);
          buffered.flush();
        });
    good = OptionalInt.of(next);
    for (int old : numbers) {
      if (old != before) {
        folder.delete(name(old));
      }
    }
  }

  /**
   * Reads the newest checkpoint that is whole, of this version and of that run.
   *
   * @param head tensors that are trained whole beside the mask
   * @throws DataException where the folder cannot be read
   */
  public synchronized Latest latest(String runId, ParameterLayout layout, List<Integer> head) {
    List<String> problems = new ArrayList<>();
    List<Integer> numbers;
    try {
      numbers = numbers();
    } catch (IOException e) {
      throw new DataException(
          "Cannot read the checkpoints in %s: %s".formatted(folder.location(), IoReason.of(e)), e);
    }
    for (int i = numbers.size() - 1; i >= 0; i--) {
      try {
        Checkpoint checkpoint =
            CheckpointFile.read(folder.file(name(numbers.get(i))), layout, head);
        if (checkpoint.runId().equals(runId)) {
          good = OptionalInt.of(numbers.get(i));
          return new Latest(Optional.of(checkpoint), problems);
        }
        problems.add(folder.file(name(numbers.get(i))).path() + " is of another run");
      } catch (CorruptFileException | UnsupportedVersionException | DataException e) {
        problems.add(((UserException) e).getMessage());
      }
    }
    return new Latest(Optional.empty(), problems);
  }

  private List<Integer> numbers() throws IOException {
    List<Integer> numbers = new ArrayList<>();
    if (folder.exists()) {
      for (String name : folder.names()) {
        Matcher matcher = NAME.matcher(name);
        if (matcher.matches()) {
          numbers.add(Integer.parseInt(matcher.group(1)));
        }
      }
    }
    numbers.sort(null);
    return numbers;
  }

  private static String name(int number) {
    return "checkpoint-%06d".formatted(number);
  }
}
