package io.sparsetune.config;

import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What is learnt from which columns. A column that lies in others is named with dots: {@code
 * target.span1_text}.
 *
 * @param text column of the text, or of the first of two, or of what the choices follow
 * @param question multiple choice: column of the question that is put to the text
 * @param choices multiple choice: a column for each; else empty
 * @param spans that are marked in the text: two; else empty
 * @param labels empty until known: sorted distinct training labels are used then
 * @param metric what the best checkpoint is chosen by
 */
public record TaskConfig(
    TaskType type,
    String text,
    Optional<String> textPair,
    Optional<String> question,
    List<String> choices,
    List<Span> spans,
    String label,
    List<String> labels,
    Metric metric) {

  /**
   * @param text column of its words
   * @param index column of the number of its first word in the text, from 0
   */
  public record Span(String text, String index) {}

  /** A classification or a regression of one text or two. */
  public TaskConfig(
      TaskType type,
      String text,
      Optional<String> textPair,
      String label,
      List<String> labels,
      Metric metric) {
    this(type, text, textPair, Optional.empty(), List.of(), List.of(), label, labels, metric);
  }

  /** Labels that are known without looking at the data; the choices' are their indices. */
  public List<String> knownLabels() {
    return type == TaskType.MULTIPLE_CHOICE
        ? IntStream.range(0, choices.size()).mapToObj(Integer::toString).toList()
        : labels;
  }
}
