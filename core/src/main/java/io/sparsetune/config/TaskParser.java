package io.sparsetune.config;

import io.sparsetune.config.TaskConfig.Span;
import io.sparsetune.files.KeyName;
import io.sparsetune.keys.Key;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Reads the configuration's {@code task} section. */
final class TaskParser {
  private final Values values;
  private final TaskType type;

  TaskParser(Values values) {
    this.values = values;
    this.type = values.get(ConfigKeys.TASK_TYPE);
  }

  TaskConfig task() {
    boolean choice = type == TaskType.MULTIPLE_CHOICE;
    boolean spans = type == TaskType.SPANS;
    List<String> labels = values.find(ConfigKeys.LABELS).orElse(List.of());
    Metric metric = metric();
    if (values.given(ConfigKeys.LABELS)) {
      checkLabels(labels, metric);
    }
    if (choice || spans) {
      refuse(ConfigKeys.TEXT_PAIR);
    }
    if (!choice) {
      refuse(ConfigKeys.CHOICES, ConfigKeys.QUESTION);
    } else if (values.get(ConfigKeys.CHOICES).size() < 2) {
      values.problem(ConfigKeys.CHOICES, "expected at least two columns, one for each choice");
    }
    if (!spans) {
      refuse(
          ConfigKeys.SPAN1_TEXT,
          ConfigKeys.SPAN1_INDEX,
          ConfigKeys.SPAN2_TEXT,
          ConfigKeys.SPAN2_INDEX);
    }
    TaskConfig task =
        new TaskConfig(
            type,
            values.get(ConfigKeys.TEXT),
            values.find(ConfigKeys.TEXT_PAIR),
            values.find(ConfigKeys.QUESTION),
            choice ? values.get(ConfigKeys.CHOICES) : List.of(),
            spans ? spans() : List.of(),
            values.get(ConfigKeys.LABEL),
            labels,
            metric);
    requireDifferentColumns(task);
    return task;
  }

  private List<Span> spans() {
    return List.of(
        new Span(values.get(ConfigKeys.SPAN1_TEXT), values.get(ConfigKeys.SPAN1_INDEX)),
        new Span(values.get(ConfigKeys.SPAN2_TEXT), values.get(ConfigKeys.SPAN2_INDEX)));
  }

  private Metric metric() {
    boolean regression = type == TaskType.REGRESSION;
    Metric standard = regression ? Metric.PEARSON_SPEARMAN : Metric.ACCURACY;
    Metric metric = values.find(ConfigKeys.METRIC).orElse(standard);
    if (metric.forRegression() != regression) {
      values.problem(ConfigKeys.METRIC, "it does not fit task.type " + KeyName.of(type));
    } else if (type == TaskType.MULTIPLE_CHOICE && metric != Metric.ACCURACY) {
      values.problem(
          ConfigKeys.METRIC, "choices are no classes; task.type multiple_choice has accuracy");
    }
    return metric;
  }

  private void checkLabels(List<String> labels, Metric metric) {
    if (type == TaskType.REGRESSION) {
      values.problem(ConfigKeys.LABELS, "regression has no list of labels");
    } else if (type == TaskType.MULTIPLE_CHOICE) {
      values.problem(
          ConfigKeys.LABELS, "task.label holds the index of the right one of task.choices, from 0");
    } else if (labels.size() < 2 || new HashSet<>(labels).size() < labels.size()) {
      values.problem(ConfigKeys.LABELS, "expected at least two labels, each once");
    } else if (labels.size() > 2 && (metric == Metric.F1 || metric == Metric.ACCURACY_F1)) {
      values.problem(
          ConfigKeys.METRIC,
          "it is for two labels, task.labels has "
              + labels.size()
              + "; use "
              + (metric == Metric.F1 ? "f1_macro" : "accuracy_f1_macro"));
    }
  }

  private void refuse(Key<?>... keys) {
    for (Key<?> key : keys) {
      if (values.given(key)) {
        values.problem(key, "it has no meaning for task.type " + KeyName.of(type) + "; remove it");
      }
    }
  }

  private void requireDifferentColumns(TaskConfig task) {
    List<String> columns = new ArrayList<>(List.of(task.text(), task.label()));
    columns.addAll(task.textPair().stream().toList());
    columns.addAll(task.question().stream().toList());
    columns.addAll(task.choices());
    for (Span span : task.spans()) {
      columns.addAll(List.of(span.text(), span.index()));
    }
    if (new HashSet<>(columns).size() < columns.size()) {
      String keys =
          switch (type) {
            case CLASSIFICATION, REGRESSION -> "task.text, task.text_pair and task.label";
            case MULTIPLE_CHOICE -> "task.text, task.question, task.choices and task.label";
            case SPANS -> "task.text, task.label and those of the spans";
          };
      values.problem("Invalid task columns: " + keys + " have to be different columns");
    }
  }
}
