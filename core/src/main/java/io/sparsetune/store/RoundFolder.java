package io.sparsetune.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.Folder;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.TemporaryName;
import io.sparsetune.files.Unreadable;
import io.sparsetune.mask.ScoreSlice;
import io.sparsetune.state.StateFile;
import io.sparsetune.state.StateReader;
import io.sparsetune.store.SavedName.OfScores;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Dense rounds' state in a folder that all processes see. What a file holds follows from the run
 * and the file's name, bit for bit, so it does not matter which of several attempts at the same
 * work has written it.
 */
public final class RoundFolder implements RoundStore {
  private static final long serialVersionUID = 1;
  private static final String SCORES = "round's scores";

  /** Opens the folder, in whichever process. */
  @FunctionalInterface
  public interface Source extends Supplier<Folder>, Serializable {}

  private final Source source;
  private final String location;
  private final String run;
  private final String arithmetic;
  private final Duration interval;

  /**
   * @param source opens a folder of this store alone
   * @param run names everything that the run's result depends on
   * @param interval between two saves of a worker
   */
  public RoundFolder(Source source, String run, Duration interval) {
    this(source, source.get().location(), run, "", interval);
  }

  private RoundFolder(
      Source source, String location, String run, String arithmetic, Duration interval) {
    this.source = source;
    this.location = location;
    this.run = run;
    this.arithmetic = arithmetic;
    this.interval = interval;
  }

  @Override
  public RoundStore on(String other) {
    return new RoundFolder(source, location, run, other, interval);
  }

  @Override
  public WorkerStore worker(int round, int worker, Consumer<String> warnings) {
    return new WorkerFiles(this, round, worker, interval, warnings);
  }

  @Override
  public void saveScores(int round, int part, int parts, Iterator<ScoreSlice> slices) {
    OfScores name = new OfScores(round, part, parts);
    try {
      write(
          name,
          SCORES,
          out -> {
            while (slices.hasNext()) {
              ScoreSlice slice = slices.next();
              out.ints("place", new int[] {slice.tensor(), slice.from()});
              out.floats("scores", slice.values(), slice.offset(), slice.size());
            }
          });
    } catch (IOException e) {
      throw notWritten(name, IoReason.of(e), e);
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      // Some file systems' own.
      throw notWritten(name, e.toString(), e);
    }
  }

  private DataException notWritten(SavedName name, String reason, Exception cause) {
    return new DataException("Cannot write %s/%s: %s".formatted(location(), name, reason), cause);
  }

  @Override
  public OptionalInt scoreParts(int round) {
    Map<Integer, Integer> found = new TreeMap<>();
    for (SavedName name : namesOrFail()) {
      if (name instanceof OfScores scores
          && scores.round() == round
          && scores.part() < scores.parts()) {
        found.merge(scores.parts(), 1, Integer::sum);
      }
    }
    return found.entrySet().stream()
        .filter(entry -> entry.getValue().equals(entry.getKey()))
        .mapToInt(Map.Entry::getKey)
        .findFirst();
  }

  @Override
  public List<ScoreSlice> scores(int round, int part, int parts) {
    return read(
        new OfScores(round, part, parts),
        SCORES,
        in -> {
          List<ScoreSlice> slices = new ArrayList<>();
          while (in.hasNext()) {
            int[] place = in.ints("place");
            if (place.length != 2) {
              throw new IllegalArgumentException(
                  "Invalid place: %d numbers".formatted(place.length));
            }
            slices.add(new ScoreSlice(place[0], place[1], in.floats("scores")));
          }
          return slices;
        });
  }

  @Override
  public int requireScores(int round) {
    return scoreParts(round - 1)
        .orElseThrow(
            () ->
                new DataException(
                    ("Cannot go on with round %d: %s does not have the scores of the round before,"
                            + " which this one needs; start the run again with --overwrite")
                        .formatted(round + 1, location())));
  }

  @Override
  public void removeBefore(int round) {
    remove(
        name ->
            SavedName.parse(name)
                .map(saved -> saved.round() < (saved instanceof OfScores ? round - 1 : round))
                .orElse(false));
  }

  @Override
  public void removeTemporary() {
    remove(TemporaryName::isOne);
  }

  private void remove(Predicate<String> which) {
    try {
      Folder folder = source.get();
      for (String name : existing(folder)) {
        if (which.test(name)) {
          folder.delete(name);
        }
      }
    } catch (IOException e) {
      throw notRemoved(IoReason.of(e), e);
    } catch (RuntimeException e) {
      // Some file systems' own.
      throw notRemoved(e.toString(), e);
    }
  }

  private DataException notRemoved(String reason, Exception cause) {
    return new DataException(
        "Cannot remove saved states from %s: %s".formatted(location, reason), cause);
  }

  private List<SavedName> namesOrFail() {
    try {
      return names();
    } catch (IOException e) {
      throw Unreadable.because(location(), e);
    }
  }

  /** The names of the saved files that are there. */
  List<SavedName> names() throws IOException {
    return existing(source.get()).stream().flatMap(n -> SavedName.parse(n).stream()).toList();
  }

  private static List<String> existing(Folder folder) throws IOException {
    try {
      return folder.names();
    } catch (FileNotFoundException | NoSuchFileException e) {
      return List.of();
    }
  }

  void write(SavedName name, String kind, StateFile.Content content) throws IOException {
    source.get().write(name.toString(), out -> StateFile.write(out, kind, about(name), content));
  }

  void delete(SavedName name) throws IOException {
    source.get().delete(name.toString());
  }

  <T> T read(SavedName name, String kind, Function<StateReader, T> content) {
    return StateFile.read(
        source.get().file(name.toString()),
        kind,
        in -> {
          if (!in.about().equals(about(name))) {
            throw new CorruptFileException(
                location() + "/" + name,
                "it belongs to another run, or to processors of another kind, or was renamed");
          }
          return content.apply(in);
        });
  }

  private ObjectNode about(SavedName name) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("run", run)
        .put("arithmetic", arithmetic)
        .put("name", name.toString());
  }

  String location() {
    return location;
  }
}
