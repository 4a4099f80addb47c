package io.sparsetune.table;

import io.sparsetune.config.TaskConfig;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The columns of a table that a task reads; those that lie in others by their dotted names. */
public final class Columns implements Serializable {
  private static final long serialVersionUID = 1;

  private final String text;
  private final String textPair;
  private final String question;
  private final ArrayList<String> choices;
  private final ArrayList<Span> spans = new ArrayList<>();
  private final String label;

  private Columns(TaskConfig task, Optional<String> label) {
    this.text = task.text();
    this.textPair = task.textPair().orElse(null);
    this.question = task.question().orElse(null);
    this.choices = new ArrayList<>(task.choices());
    task.spans().forEach(span -> spans.add(new Span(span.text(), span.index())));
    this.label = label.orElse(null);
  }

  /** Texts and label. */
  public static Columns of(TaskConfig task) {
    return new Columns(task, Optional.of(task.label()));
  }

  /** Texts alone: for prediction. */
  public static Columns withoutLabel(TaskConfig task) {
    return new Columns(task, Optional.empty());
  }

  public String text() {
    return text;
  }

  public Optional<String> textPair() {
    return Optional.ofNullable(textPair);
  }

  public Optional<String> question() {
    return Optional.ofNullable(question);
  }

  /** One for each choice; none where the task has no choices. */
  public List<String> choices() {
    return List.copyOf(choices);
  }

  /** Two, or none. */
  public List<Span> spans() {
    return List.copyOf(spans);
  }

  public Optional<String> label() {
    return Optional.ofNullable(label);
  }

  /** The columns' names, text first and label last, each with its key in the configuration. */
  public List<Named> named() {
    List<Named> named = new ArrayList<>();
    named.add(new Named("task.text", text));
    textPair().ifPresent(column -> named.add(new Named("task.text_pair", column)));
    question().ifPresent(column -> named.add(new Named("task.question", column)));
    choices.forEach(column -> named.add(new Named("task.choices", column)));
    for (int i = 0; i < spans.size(); i++) {
      named.add(new Named("task.span%d_text".formatted(i + 1), spans.get(i).text()));
      named.add(new Named("task.span%d_index".formatted(i + 1), spans.get(i).index()));
    }
    label().ifPresent(column -> named.add(new Named("task.label", column)));
    return named;
  }

  public record Named(String key, String column) {}

  /** Columns of a span's words and of the number of its first one. */
  public record Span(String text, String index) implements Serializable {}
}
