package io.sparsetune.experiments;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.ExitCode;
import io.sparsetune.error.InUseException;
import io.sparsetune.error.MissingResultsException;
import io.sparsetune.error.Printable;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.IoReason;
import io.sparsetune.hadoop.FolderLock;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.job.Existing;
import io.sparsetune.job.TrainJob;
import io.sparsetune.run.RunInputs;
import io.sparsetune.run.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * Trains the cells that are not finished, one after the other in one Spark application, and writes
 * the tables of what all runs say.
 */
public final class ExperimentsJob {
  private static final String MARKDOWN = "results.md";
  private static final String CSV = "results.csv";
  private static final String CELLS = "cells.csv";

  /** How a table begins that was written here, whatever the runs. */
  private static final Map<String, String> BEGINNINGS =
      Map.of(MARKDOWN, "# Results\n", CSV, "task,method,", CELLS, "cell,task,method,");

  /**
   * The experiments, and the cells to train.
   *
   * @param experiments the folder's
   * @param chosen which of their cells to train where they are not finished
   * @param overwrite whether runs of another configuration, or of files that have changed, may be
   *     replaced
   */
  public record Request(Experiments experiments, List<Cell> chosen, boolean overwrite) {
    public Request {
      chosen = List.copyOf(chosen);
    }
  }

  /**
   * The cells after training.
   *
   * @param states of all cells, by name, in their order
   * @param missing chosen cells whose results are not there: they failed, or their folder has
   *     another configuration's run, or one of files that have changed
   * @param table all results in Markdown
   */
  public record Result(Map<String, CellState> states, List<String> missing, String table) {

    /** Fails unless all results of the chosen cells are there. */
    public void requireAll() {
      if (!missing.isEmpty()) {
        throw new MissingResultsException(
            "Runs without a result: " + Experiments.shown(missing), code());
      }
    }

    /**
     * {@link ExitCode#UNAVAILABLE} if one cell has it, else the code of all cells, else a fault.
     */
    private ExitCode code() {
      Set<ExitCode> codes = EnumSet.noneOf(ExitCode.class);
      for (String cell : missing) {
        codes.add(
            states.get(cell) instanceof CellState.Failed failed ? failed.code() : ExitCode.FAULT);
      }
      if (codes.contains(ExitCode.UNAVAILABLE)) {
        return ExitCode.UNAVAILABLE;
      }
      return codes.size() == 1 ? codes.iterator().next() : ExitCode.FAULT;
    }
  }

  private final SparkSession session;
  private final Configuration hadoop;
  private final TrainJob trainer;

  /** Cells whose files cannot be read any more, by why. */
  private final Map<String, Set<String>> unread = new LinkedHashMap<>();

  public ExperimentsJob(SparkSession session) {
    this.session = session;
    this.hadoop = session.sparkContext().hadoopConfiguration();
    this.trainer = new TrainJob(session);
  }

  /**
   * Checks every cell that is to be trained, then trains them. A cell that fails does not stop the
   * others.
   *
   * @throws ConfigException before anything is trained: for a configuration that does not fit its
   *     model or data, and a folder that is not free
   * @throws DataException before anything is trained, where nothing is wrong but data or files
   * @throws TakenOverException when another command has begun with the cell in training
   */
  public Result run(Request request, ExperimentsListener listener) {
    HadoopFolder output = HadoopFolder.of(request.experiments().output(), hadoop);
    output.requireWritable();
    requireOwnTables(output);
    Map<Cell, CellState> states = states(request.experiments(), listener);
    List<Cell> open = open(request, states);
    check(open, listener);
    write(output, states);
    removeLeft(states);
    int number = 0;
    for (Cell cell : open) {
      number++;
      CellState now = CellState.of(cell, hadoop, this::inputs);
      // Another command may have been faster.
      boolean left =
          now instanceof CellState.Finished
              || now instanceof CellState.Other && !request.overwrite();
      Existing existing = now instanceof CellState.Other ? Existing.OVERWRITE : Existing.GO_ON;
      states.put(cell, left ? now : train(cell, existing, number, open.size(), listener));
      write(output, states);
    }
    return result(
        states,
        cell ->
            request.chosen().contains(cell) && !(states.get(cell) instanceof CellState.Finished));
  }

  /**
   * Saves the state of the cell in training, from any thread, since the process is about to end.
   *
   * @return steps done in what is saved; empty where nothing is in training, or could be saved
   */
  public Optional<Integer> saveNow() {
    return trainer.saveNow();
  }

  /**
   * Does all but train and write.
   *
   * @throws ConfigException as {@link #run}
   * @throws DataException as {@link #run}
   */
  public Result dryRun(Request request, ExperimentsListener listener) {
    requireOwnTables(HadoopFolder.of(request.experiments().output(), hadoop));
    Map<Cell, CellState> states = states(request.experiments(), listener);
    List<Cell> open = open(request, states);
    check(open, listener);
    return result(
        states,
        cell ->
            states.get(cell) instanceof CellState.Other
                && request.chosen().contains(cell)
                && !open.contains(cell));
  }

  private Map<Cell, CellState> states(Experiments experiments, ExperimentsListener listener) {
    Map<Cell, CellState> states = new LinkedHashMap<>();
    experiments.cells().forEach(cell -> states.put(cell, CellState.of(cell, hadoop, this::inputs)));
    unread.forEach(
        (why, cells) -> listener.notCompared(Experiments.shown(List.copyOf(cells)), why));
    return states;
  }

  /** Runs that were killed just after their end have left some. */
  private void removeLeft(Map<Cell, CellState> states) {
    states.forEach(
        (cell, state) -> {
          if (state instanceof CellState.Finished) {
            TrainJob.finished(cell.config(), hadoop);
          }
        });
  }

  /** What a run of the cell would read now; a finished one stays finished when that is gone. */
  private Optional<RunInputs> inputs(Cell cell) {
    try {
      return Optional.of(trainer.inputs(cell.config()));
    } catch (UserException e) {
      unread.computeIfAbsent(e.getMessage(), absent -> new TreeSet<>()).add(cell.name());
      return Optional.empty();
    }
  }

  private static List<Cell> open(Request request, Map<Cell, CellState> states) {
    return request.chosen().stream()
        .filter(
            cell ->
                !(states.get(cell) instanceof CellState.Finished)
                    && (request.overwrite() || !(states.get(cell) instanceof CellState.Other)))
        .toList();
  }

  /** Of cells that only the seed tells apart, one is enough. */
  private void check(List<Cell> open, ExperimentsListener listener) {
    Map<String, List<String>> problems = new LinkedHashMap<>();
    List<Cell> checked = new ArrayList<>();
    boolean ofFilesAlone = true;
    for (Cell cell : open) {
      if (RunState.of(HadoopFolder.of(cell.config().output(), hadoop))
          instanceof RunState.Foreign) {
        problems.put(
            "Cannot write a run into %s: the folder holds something that is not a run; empty it, or give another output"
                .formatted(cell.config().output()),
            List.of(cell.name()));
        ofFilesAlone = false;
      }
      if (checked.stream().anyMatch(cell::isSeedOf)) {
        continue;
      }
      checked.add(cell);
      try {
        TrainJob.Check check = trainer.check(cell.config());
        listener.checked(cell, check);
      } catch (ConfigException e) {
        e.problems().forEach(text -> add(problems, text, cell));
        ofFilesAlone = false;
      } catch (UserException e) {
        add(problems, e.getMessage(), cell);
      }
    }
    if (!problems.isEmpty()) {
      List<String> described =
          problems.entrySet().stream()
              .map(problem -> problem.getKey() + " [" + Experiments.shown(problem.getValue()) + "]")
              .toList();
      throw ofFilesAlone ? ofFiles(described) : new ConfigException(described);
    }
  }

  private static DataException ofFiles(List<String> problems) {
    return new DataException(
        problems.size() == 1
            ? problems.get(0)
            : problems.size() + " problems:\n  - " + String.join("\n  - ", problems));
  }

  private static void add(Map<String, List<String>> problems, String text, Cell cell) {
    problems.computeIfAbsent(text, absent -> new ArrayList<>()).add(cell.line());
  }

  private CellState train(
      Cell cell, Existing existing, int number, int of, ExperimentsListener listener) {
    try {
      TrainJob.Result result =
          trainer.run(
              new TrainJob.Request(cell.config(), existing, listener.begins(cell, number, of)));
      listener.finished(cell, result);
      return CellState.of(cell, hadoop);
    } catch (RuntimeException e) {
      return failed(cell, e, listener);
    } catch (OutOfMemoryError e) {
      // What one run holds is free again for the next.
      return failed(cell, new IllegalStateException(e), listener);
    }
  }

  private CellState failed(Cell cell, RuntimeException failure, ExperimentsListener listener) {
    if (failure instanceof TakenOverException || listener.stopping()) {
      throw failure;
    }
    boolean sparkEnded = session.sparkContext().isStopped();
    ExitCode code = sparkEnded ? ExitCode.UNAVAILABLE : listener.code(failure);
    String why = listener.describe(failure);
    if (!(failure instanceof InUseException)) {
      TrainJob.recordFailure(cell.config(), code, Printable.message(why), hadoop);
    }
    if (sparkEnded) {
      throw failure;
    }
    listener.failed(cell, why);
    return new CellState.Failed(why, code);
  }

  private static Result result(Map<Cell, CellState> states, Predicate<Cell> isMissing) {
    Map<String, CellState> byName = new LinkedHashMap<>();
    states.forEach((cell, state) -> byName.put(cell.name(), state));
    return new Result(
        byName,
        states.keySet().stream().filter(isMissing).map(Cell::name).toList(),
        ResultTables.markdown(states));
  }

  /** A file that is called as a table, but is none, is somebody's: it is not written over. */
  private static void requireOwnTables(HadoopFolder output) {
    BEGINNINGS.forEach(
        (name, beginning) -> {
          byte[] own = beginning.getBytes(StandardCharsets.UTF_8);
          try {
            if (!output.contains(name)) {
              return;
            }
            try (InputStream there = output.file(name).openAt(0)) {
              if (Arrays.equals(there.readNBytes(own.length), own)) {
                return;
              }
            }
          } catch (IOException e) {
            throw new DataException(
                "Cannot read %s/%s: %s".formatted(output.location(), name, IoReason.of(e)), e);
          }
          throw new ConfigException(
              "Cannot write %s into %s: a file of that name is there that is no table of experiments; move it away, or give another output"
                  .formatted(name, output.location()));
        });
  }

  /** Writes the tables; of two commands at once, all are those of the one that was last. */
  private static void write(HadoopFolder output, Map<Cell, CellState> states) {
    try (FolderLock lock = FolderLock.ofLocal(output)) {
      write(output, MARKDOWN, ResultTables.markdown(states));
      write(output, CSV, ResultTables.csv(states));
      write(output, CELLS, ResultTables.cellsCsv(states));
    } catch (IOException e) {
      throw new DataException(
          "Cannot write into %s: %s".formatted(output.location(), IoReason.of(e)), e);
    }
  }

  private static void write(HadoopFolder output, String name, String text) {
    try {
      output.write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new DataException(
          "Cannot write %s/%s: %s".formatted(output.location(), name, IoReason.of(e)), e);
    }
  }
}
