package io.sparsetune.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.TaskConfig.Span;
import io.sparsetune.error.ConfigException;
import io.sparsetune.model.Loss;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TaskParserTest {

  @Test
  void choicesHaveTheColumnsOfCopaUnlessOthersAreNamed() {
    TaskConfig task = task("{type: multiple_choice, text: premise}");
    assertThat(task)
        .isEqualTo(
            new TaskConfig(
                TaskType.MULTIPLE_CHOICE,
                "premise",
                Optional.empty(),
                Optional.empty(),
                List.of("choice1", "choice2"),
                List.of(),
                "label",
                List.of(),
                Metric.ACCURACY));
    assertThat(task.knownLabels()).containsExactly("0", "1");
    assertThat(task.type().loss()).isEqualTo(Loss.CHOICE_CROSS_ENTROPY);
    TaskConfig three = task("{type: multiple_choice, choices: [a, b, c], question: asked}");
    assertThat(three.choices()).containsExactly("a", "b", "c");
    assertThat(three.question()).contains("asked");
    assertThat(three.knownLabels()).containsExactly("0", "1", "2");
  }

  @Test
  void spansHaveTheColumnsOfWscUnlessOthersAreNamed() {
    TaskConfig task = task("{type: spans, labels: [false, true], span2_index: at}");
    assertThat(task.spans())
        .containsExactly(
            new Span("target.span1_text", "target.span1_index"),
            new Span("target.span2_text", "at"));
    assertThat(task.choices()).isEmpty();
    assertThat(task.knownLabels()).containsExactly("false", "true");
    assertThat(task.type().loss()).isEqualTo(Loss.CROSS_ENTROPY);
  }

  @Test
  void theWriterSaysWhatTheParserReads() {
    for (String task :
        List.of(
            "{type: multiple_choice, choices: [a, b, c], question: asked}",
            "{type: spans, labels: [false, true], span1_text: a, span1_index: b, metric: f1}")) {
      RunConfig config = config(task);
      assertThat(RunConfigParser.parse(RunConfigWriter.toYaml(config), "written", List.of()))
          .isEqualTo(config);
      assertThat(RunConfigWriter.toIdentityJson(config))
          .contains(task.contains("asked") ? "\"choices\":[\"a\",\"b\",\"c\"]" : "\"span1_text\"");
    }
  }

  @Test
  void keysOfOtherTypesOfTaskAreRefused() {
    assertThat(problems("{choices: [a, b], question: q, span1_text: s}"))
        .containsExactlyInAnyOrder(
            "Invalid task.choices: a list (run.yaml, line 4): it has no meaning for task.type"
                + " classification; remove it",
            "Invalid task.question: 'q' (run.yaml, line 4): it has no meaning for task.type"
                + " classification; remove it",
            "Invalid task.span1_text: 's' (run.yaml, line 4): it has no meaning for task.type"
                + " classification; remove it");
    assertThat(problems("{type: spans, text_pair: other, choices: [a, b]}"))
        .containsExactlyInAnyOrder(
            "Invalid task.text_pair: 'other' (run.yaml, line 4): it has no meaning for task.type"
                + " spans; remove it",
            "Invalid task.choices: a list (run.yaml, line 4): it has no meaning for task.type"
                + " spans; remove it");
  }

  @Test
  void choicesAreNoClasses() {
    assertThat(problems("{type: multiple_choice, labels: [a, b], metric: f1, choices: [a]}"))
        .containsExactlyInAnyOrder(
            "Invalid task.labels: a list (run.yaml, line 4): task.label holds the index of the"
                + " right one of task.choices, from 0",
            "Invalid task.metric: 'f1' (run.yaml, line 4): choices are no classes; task.type"
                + " multiple_choice has accuracy",
            "Invalid task.choices: a list (run.yaml, line 4): expected at least two columns, one"
                + " for each choice");
  }

  @Test
  void theColumnsOfATaskAreDifferentOnes() {
    assertThat(problems("{type: multiple_choice, choices: [a, a]}"))
        .containsExactly(
            "Invalid task columns: task.text, task.question, task.choices and task.label have to be"
                + " different columns");
    assertThat(problems("{type: spans, span1_text: text}"))
        .containsExactly(
            "Invalid task columns: task.text, task.label and those of the spans have to be"
                + " different columns");
  }

  @Test
  void theMeanForMoreLabelsIsNamed() {
    assertThat(problems("{labels: [a, b, c], metric: accuracy_f1}"))
        .containsExactly(
            "Invalid task.metric: 'accuracy_f1' (run.yaml, line 4): it is for two labels,"
                + " task.labels has 3; use accuracy_f1_macro");
    assertThat(task("{labels: [a, b, c], metric: accuracy_f1_macro}").metric())
        .isEqualTo(Metric.ACCURACY_F1_MACRO);
  }

  private static RunConfig config(String task) {
    String yaml = RunConfigParserTest.LEAST + "task: " + task + "\n";
    return RunConfigParser.parse(yaml, "run.yaml", List.of());
  }

  private static TaskConfig task(String task) {
    return config(task).task();
  }

  private static List<String> problems(String task) {
    try {
      config(task);
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }
}
