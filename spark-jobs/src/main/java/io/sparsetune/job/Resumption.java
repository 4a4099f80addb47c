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
import io.sparsetune.run.RunData;
import io.sparsetune.run.RunManifest;
import io.sparsetune.train.TrainingState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The beginning of a training: at the first step of a new run, or where an interrupted one left
 * off.
 */
final class Resumption {
  private final RunManifest manifest;

  /** Empty for the first step, and once it is taken. */
  private Optional<TrainingState> state;

  private final StepTally tally;
  private final double seconds;
  private final Optional<BytesMoved> moved;

  private Resumption(RunManifest manifest, Optional<Checkpoint> checkpoint) {
    this.manifest = manifest;
    this.state = checkpoint.map(Checkpoint::state);
    this.tally = checkpoint.map(Checkpoint::tally).orElse(StepTally.NONE);
    this.seconds = checkpoint.map(Checkpoint::seconds).orElse(0.0);
    this.moved = checkpoint.flatMap(Checkpoint::moved);
  }

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
    Attempt attempt = new Attempt(Instant.now(), step, here.environment());
    return new Resumption(here.goingOn(there, attempt), latest.checkpoint());
  }

  private static void requireSame(RunFolder folder, RunManifest there, RunManifest here) {
    List<String> differences =
        new ArrayList<>(ConfigDifferences.beyondPlaces(there.config(), here.config()));
    there
        .inputs()
        .differences(here.inputs())
        .forEach(what -> differences.add(what + " have changed"));
    if (tests(there) != tests(here)) {
      differences.add(
          tests(here)
              ? "data.test is given, and was not before"
              : "data.test was given before, and is not");
    }
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

  private static boolean tests(RunManifest manifest) {
    return manifest.data().flatMap(RunData::test).isPresent();
  }

  private static String version(RunManifest manifest) {
    return manifest.environment().versions().getOrDefault("sparsetune", "of another version");
  }

  /** The manifest of the run, this process included. */
  RunManifest manifest() {
    return manifest;
  }

  /** The state to go on from; empty for the first step. */
  Optional<TrainingState> state() {
    return state;
  }

  /** The same, once: whoever takes it may let it go while the training moves on. */
  Optional<TrainingState> takeState() {
    Optional<TrainingState> taken = state;
    state = Optional.empty();
    return taken;
  }

  StepTally tally() {
    return tally;
  }

  /** Seconds that the run has taken. */
  double seconds() {
    return seconds;
  }

  /** The traffic of all processes together. */
  Optional<BytesMoved> with(Optional<BytesMoved> here) {
    return moved.isEmpty() ? here : here.map(moved.get()::plus).or(() -> moved);
  }
}
