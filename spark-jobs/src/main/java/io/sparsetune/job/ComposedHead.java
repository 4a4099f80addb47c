package io.sparsetune.job;

import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.Shown;
import io.sparsetune.files.KeyName;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which of several runs' heads their composition has.
 *
 * @param paths of the runs
 */
record ComposedHead(List<String> paths, List<SparseDelta> deltas) {

  /**
   * @param wanted one of the paths, where somebody has said
   * @return index of the run
   * @throws ConfigException where nobody has and the heads differ, or it is none of the paths
   */
  int index(Optional<String> wanted) {
    if (wanted.isPresent()) {
      int index = paths.stream().map(ComposedHead::plain).toList().indexOf(plain(wanted.get()));
      if (index < 0) {
        throw new ConfigException(
            "Invalid --head: '%s' is none of the runs %s"
                .formatted(wanted.get(), String.join(", ", paths)));
      }
      return index;
    }
    for (int i = 1; i < deltas.size(); i++) {
      if (!same(deltas.get(0), deltas.get(i))) {
        throw new ConfigException(
            "Cannot compose %s and %s without --head: their heads are different, and the result has one of them; say with --head RUN whose"
                .formatted(paths.get(0), paths.get(i)));
      }
    }
    return 0;
  }

  /**
   * What somebody should know who gives the runs of different tasks: one of them is all that the
   * result can do, whatever it has of the others.
   *
   * @param index of the run with the head
   */
  Optional<String> warning(int index) {
    DeltaInfo head = deltas.get(index).info();
    boolean one =
        deltas.stream()
            .map(SparseDelta::info)
            .allMatch(
                info -> info.taskType() == head.taskType() && info.labels().equals(head.labels()));
    if (one) {
      return Optional.empty();
    }
    List<String> tasks = new ArrayList<>();
    for (int i = 0; i < deltas.size(); i++) {
      tasks.add(paths.get(i) + " for " + task(deltas.get(i).info()));
    }
    return Optional.of(
        "The runs were trained for different tasks (%s): the result has the head of %s and does its task alone"
            .formatted(String.join("; ", tasks), paths.get(index)));
  }

  private static String task(DeltaInfo info) {
    return KeyName.of(info.taskType())
        + (info.labels().isEmpty() ? "" : " with the labels " + Shown.list(info.labels()));
  }

  private static String plain(String path) {
    return path.replaceFirst("/+$", "");
  }

  private static boolean same(SparseDelta one, SparseDelta other) {
    return one.info().spec().equals(other.info().spec())
        && one.info().taskType() == other.info().taskType()
        && one.info().labels().equals(other.info().labels())
        && one.info().headFingerprint().equals(other.info().headFingerprint())
        && Arrays.equals(head(one), head(other))
        && Arrays.deepEquals(positions(one), positions(other));
  }

  private static float[] head(SparseDelta delta) {
    ParameterLayout layout = delta.layout();
    int t = 0;
    while (layout.tensor(t).part() != Part.HEAD) {
      t++;
    }
    return Arrays.copyOfRange(
        delta.values(), delta.trained().firstOrdinal(t), delta.values().length);
  }

  private static int[][] positions(SparseDelta delta) {
    ParameterLayout layout = delta.layout();
    Mask trained = delta.trained();
    int[][] positions = new int[layout.tensorCount()][];
    for (int t = 0; t < positions.length; t++) {
      boolean part = layout.tensor(t).part() == Part.HEAD && !trained.isWhole(t);
      positions[t] = part ? trained.positions(t) : new int[0];
    }
    return positions;
  }
}
