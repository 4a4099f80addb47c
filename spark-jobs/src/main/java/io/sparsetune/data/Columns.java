package io.sparsetune.data;

import io.sparsetune.config.TaskConfig;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The columns of a table that a task reads. */
public final class Columns implements Serializable {
  private static final long serialVersionUID = 1;

  private final String text;
  private final String textPair;
  private final String label;

  private Columns(String text, Optional<String> textPair, Optional<String> label) {
    this.text = text;
    this.textPair = textPair.orElse(null);
    this.label = label.orElse(null);
  }

  /** Texts and label. */
  public static Columns of(TaskConfig task) {
    return new Columns(task.text(), task.textPair(), Optional.of(task.label()));
  }

  /** Texts alone: for prediction. */
  public static Columns withoutLabel(TaskConfig task) {
    return new Columns(task.text(), task.textPair(), Optional.empty());
  }

  public String text() {
    return text;
  }

  public Optional<String> textPair() {
    return Optional.ofNullable(textPair);
  }

  public Optional<String> label() {
    return Optional.ofNullable(label);
  }

  /** The columns' names, text first, each with the configuration key that named it. */
  List<Named> named() {
    List<Named> named = new ArrayList<>();
    named.add(new Named("task.text", text));
    if (textPair != null) {
      named.add(new Named("task.text_pair", textPair));
    }
    if (label != null) {
      named.add(new Named("task.label", label));
    }
    return named;
  }

  record Named(String key, String column) {}
}
