package io.sparsetune.job;

import io.sparsetune.checkpoint.Checkpoint;
import io.sparsetune.checkpoint.Checkpoints;
import io.sparsetune.config.ConfigDifferences;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.Shown;
import io.sparsetune.method.Methods;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.StepTally;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.run.Attempt;
import io.sparsetune.run.RunManifest;
import io.sparsetune.train.TrainingState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The beginning of a training: at the first step of a new run, or where an interrupted one left
 * off.
 *
 * @param manifest of the run, this process included
 * @param checkpoint empty for the first step
 */
record Resumption(RunManifest manifest, Optional<Checkpoint> checkpoint) {

  /** A new run. */
  static Resumption none(RunManifest manifest) {
    return new Resumption(manifest, Optional.empty());
  }

  /**
   * The newest checkpoint of an interrupted run.
   *
   * @param checkpoints the folder's
   * @param there the run's manifest
   * @param here the manifest that a new run would have
   * @param listener hears of checkpoints that cannot be used
   * @throws ConfigException where the two are not the same run
   * @throws DataException where there are checkpoints, and none can be used
   */
  static Resumption of(
      RunFolder folder,
      Checkpoints checkpoints,
      RunManifest there,
      RunManifest here,
      ParameterLayout layout,
      TrainingListener listener) {
    requireSame(folder, there, here);
    List<Integer> head = Methods.headTensors(layout, here.config().method());
    Checkpoints.Latest latest = checkpoints.latest(here.runId(), layout, head);
    if (latest.checkpoint().isEmpty() && !latest.problems().isEmpty()) {
      throw new DataException(
          "Cannot go on with the run in %s: none of its checkpoints can be used (%s). Give --overwrite to start it again"
              .formatted(folder.location(), String.join("; ", latest.problems())));
    }
    int step = latest.checkpoint().map(checkpoint -> checkpoint.state().step()).orElse(0);
    for (String problem : latest.problems()) {
      listener.warned("a checkpoint cannot be used, so the one before is: " + problem);
    }
    RunManifest manifest = there.with(new Attempt(Instant.now(), step, here.environment()));
    return new Resumption(manifest, latest.checkpoint());
  }

  private static void requireSame(RunFolder folder, RunManifest there, RunManifest here) {
    List<String> differences =
        new ArrayList<>(ConfigDifferences.beyondPlaces(there.config(), here.config()));
    there
        .inputs()
        .differences(here.inputs())
        .forEach(what -> differences.add(what + " have changed"));
    if (!there.arithmetic().equals(here.arithmetic())) {
      differences.add(
          "the arithmetic is %s, not %s"
              .formatted(there.arithmetic().orElse("unknown"), here.arithmetic().orElse("")));
    }
    if (differences.isEmpty() && !there.runId().equals(here.runId())) {
      differences.add(
          "SparseTune %s began it, this is %s".formatted(version(there), version(here)));
    }
    if (!differences.isEmpty()) {
      throw new ConfigException(
          "Cannot go on with the run in %s: it is not the same run (%s); give another output, or --overwrite to start anew"
              .formatted(folder.location(), Shown.list(differences)));
    }
  }

  private static String version(RunManifest manifest) {
    return manifest.environment().versions().getOrDefault("sparsetune", "of another version");
  }

  /** Whether the run begins with this process. */
  boolean isNew() {
    return manifest.attempts().isEmpty();
  }

  Optional<TrainingState> state() {
    return checkpoint.map(Checkpoint::state);
  }

  StepTally tally() {
    return checkpoint.map(Checkpoint::tally).orElse(StepTally.NONE);
  }

  /** Seconds that the run has taken. */
  double seconds() {
    return checkpoint.map(Checkpoint::seconds).orElse(0.0);
  }

  /** The traffic of all processes together. */
  Optional<BytesMoved> with(Optional<BytesMoved> moved) {
    Optional<BytesMoved> before = checkpoint.flatMap(Checkpoint::moved);
    return before.isEmpty() ? moved : moved.map(before.get()::plus).or(() -> before);
  }
}
