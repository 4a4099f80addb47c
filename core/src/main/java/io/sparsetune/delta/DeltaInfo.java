package io.sparsetune.delta;

import io.sparsetune.error.Shown;
import io.sparsetune.files.KeyName;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Where a delta comes from and what it is for. Says nothing of where or when it was trained.
 *
 * @param spec the model it fits; dropout is not part of a delta
 * @param baseFingerprint of the base model, 64 hexadecimal digits
 * @param headFingerprint of the head that training started from, 64 hexadecimal digits
 * @param method name of the method that chose the mask
 * @param budget within which it chose; empty for a method without one
 * @param n parameters the mask ranged over
 * @param k size of the mask, without the head
 * @param labels by index; for choices their indices; empty for regression
 * @param metric what the best values were chosen by
 * @param seed of the run; the head's initial values follow from it
 * @param runId 64 hexadecimal digits, from {@link RunId}
 * @param libraryVersion of SparseTune
 */
public record DeltaInfo(
    ModelSpec spec,
    String baseFingerprint,
    String headFingerprint,
    String method,
    Optional<MaskBudget> budget,
    long n,
    int k,
    TaskType taskType,
    List<String> labels,
    Metric metric,
    long seed,
    String runId,
    String libraryVersion) {

  public DeltaInfo {
    labels = List.copyOf(labels);
    boolean regression = taskType == TaskType.REGRESSION;
    if (spec.outputs() != (regression ? 1 : labels.size())
        || (regression && !labels.isEmpty())
        || spec.loss() != taskType.loss()) {
      throw new IllegalArgumentException(
          "Invalid delta: %d outputs for a %s task with the labels [%s]"
              .formatted(spec.outputs(), KeyName.of(taskType), Shown.list(labels)));
    }
    if (new HashSet<>(labels).size() < labels.size()) {
      throw new IllegalArgumentException(
          "Invalid delta: a label comes twice in [" + Shown.list(labels) + "]");
    }
    if (!metric.fits(spec.outputs())) {
      throw new IllegalArgumentException(
          "Invalid delta: the metric %s for a %s task with the labels [%s]"
              .formatted(metric.key(), KeyName.of(taskType), Shown.list(labels)));
    }
    if (k < 0 || n < k) {
      throw new IllegalArgumentException("Invalid delta: k = %d of n = %d".formatted(k, n));
    }
  }
}
