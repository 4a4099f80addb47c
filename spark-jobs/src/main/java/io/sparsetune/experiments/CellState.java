package io.sparsetune.experiments;

import io.sparsetune.config.ConfigDifferences;
import io.sparsetune.error.ExitCode;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.run.RunInputs;
import io.sparsetune.run.RunManifest;
import io.sparsetune.run.RunState;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/** How far a cell is. */
public sealed interface CellState {

  /** Its folder has its finished run. */
  record Finished(RunOutcome outcome) implements CellState {}

  /** It is still to be trained. */
  record Open() implements CellState {}

  /** Its folder has a run that is not its own, or cannot be read. */
  record Other(String why) implements CellState {}

  /** Its folder has something that is no run, and that nothing replaces. */
  record Blocked() implements CellState {}

  /** It was trained, and that failed, as a command for it alone would have ended. */
  record Failed(String why, ExitCode code) implements CellState {}

  /** What its folder says, whatever the run read. */
  static CellState of(Cell cell, Configuration hadoop) {
    return of(cell, hadoop, any -> Optional.empty());
  }

  /**
   * What its folder says.
   *
   * @param now what a run of its configuration would read; empty where that cannot be told
   */
  static CellState of(Cell cell, Configuration hadoop, Function<Cell, Optional<RunInputs>> now) {
    RunState run = RunState.of(HadoopFolder.of(cell.config().output(), hadoop));
    if (run instanceof RunState.Finished finished) {
      return finished(cell, finished, now);
    }
    if (run instanceof RunState.Unfinished unfinished) {
      return unfinished(cell, unfinished, now);
    }
    if (run instanceof RunState.Unreadable unreadable) {
      return new Other("its folder has a finished run that is unreadable: " + unreadable.problem());
    }
    return run instanceof RunState.Foreign ? new Blocked() : new Open();
  }

  /** A run that is begun goes on where it is this cell's. */
  private static CellState unfinished(
      Cell cell, RunState.Unfinished run, Function<Cell, Optional<RunInputs>> now) {
    if (run.manifest().isEmpty()) {
      return new Other(
          "its folder has an unfinished run whose run.json is missing or of another version");
    }
    RunManifest manifest = run.manifest().get();
    List<String> differences = ConfigDifferences.beyondPlaces(manifest.config(), cell.config());
    if (!differences.isEmpty()) {
      return new Other(
          "its folder has an unfinished run of another configuration (%s)"
              .formatted(Experiments.shown(differences)));
    }
    List<String> changed =
        now.apply(cell).map(inputs -> inputs.differences(manifest.inputs())).orElse(List.of());
    return changed.isEmpty()
        ? new Open()
        : new Other(
            "its folder has an unfinished run, but what it read has changed (%s)"
                .formatted(String.join(", ", changed)));
  }

  private static CellState finished(
      Cell cell, RunState.Finished run, Function<Cell, Optional<RunInputs>> now) {
    Optional<RunOutcome> outcome = RunOutcome.of(run.result());
    if (outcome.isEmpty()) {
      return new Other("its folder has a finished run that was composed or imported, not trained");
    }
    List<String> differences = cell.differences(run.manifest().config());
    if (!differences.isEmpty()) {
      return new Other(
          "its folder has a finished run of another configuration (%s)"
              .formatted(Experiments.shown(differences)));
    }
    List<String> changed =
        now.apply(cell)
            .map(inputs -> inputs.differences(run.manifest().inputs()))
            .orElse(List.of());
    return changed.isEmpty()
        ? new Finished(outcome.get())
        : new Other(
            "its folder has a finished run, but what it read has changed (%s)"
                .formatted(String.join(", ", changed)));
  }
}
