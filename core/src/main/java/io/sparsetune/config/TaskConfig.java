package io.sparsetune.config;

import io.sparsetune.task.Metric;
import java.util.List;
import java.util.Optional;

/**
 * @param text column of the text, or of the first of two
 * @param labels empty until known: sorted distinct training labels are used then
 * @param metric what the best checkpoint is chosen by
 */
public record TaskConfig(
    TaskType type,
    String text,
    Optional<String> textPair,
    String label,
    List<String> labels,
    Metric metric) {

  public enum TaskType {
    CLASSIFICATION,
    REGRESSION
  }
}
