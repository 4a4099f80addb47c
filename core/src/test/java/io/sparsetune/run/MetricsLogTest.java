package io.sparsetune.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.files.ByteSource;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.StepTally;
import io.sparsetune.progress.TrainingListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsLogTest {
  private final List<String> written = new ArrayList<>();

  @Test
  void aLogThatGoesOnKeepsTheLinesAndTheSecondsBefore() throws IOException {
    try (MetricsLog log = begin()) {
      log.stepDone(step(1));
      log.stepDone(step(2));
      assertThat(log.elapsed()).isLessThan(100);
    }
    List<String> before = lines();
    assertThat(before).hasSize(1);
    StepTally none = StepTally.NONE;
    try (MetricsLog log =
        MetricsLog.goOn(written::add, 2, TrainingListener.NONE, before, none, 1_000)) {
      assertThat(log.elapsed()).isBetween(1_000.0, 1_100.0);
      log.stepDone(step(3));
      log.stepDone(step(4));
    }
    assertThat(lines()).hasSize(2).startsWith(before.get(0));
    JsonNode last = new ObjectMapper().readTree(lines().get(1));
    assertThat(last.path("step").asInt()).isEqualTo(4);
    assertThat(last.path("seconds").asLong()).isBetween(1_000L, 1_100L);
    assertThat(last.path("milliseconds_per_step").asLong()).isLessThan(50_000);
  }

  @Test
  void nothingNewIsNothingWritten() {
    MetricsLog.goOn(written::add, 2, TrainingListener.NONE, List.of("{}"), StepTally.NONE, 1)
        .close();
    assertThat(written).isEmpty();
  }

  /** Its process died after step 3, and was saved as it was then. */
  @Test
  void theLossSinceTheLastLineIsCountedThrough() throws IOException {
    MetricsLog whole = begin();
    for (int step = 1; step <= 4; step++) {
      whole.stepDone(step(step, step));
    }
    whole.close();
    double expected = new ObjectMapper().readTree(lines().get(1)).path("loss").asDouble();
    MetricsLog first = begin();
    for (int step = 1; step <= 3; step++) {
      first.stepDone(step(step, step));
    }
    StepTally tally = first.tally();
    first.close();
    try (MetricsLog second =
        MetricsLog.goOn(written::add, 2, TrainingListener.NONE, lines(), tally, 1)) {
      second.stepDone(step(4, 4));
    }
    assertThat(new ObjectMapper().readTree(lines().get(1)).path("loss").asDouble())
        .isEqualTo(expected);
  }

  @Test
  void linesAreKeptUpToAStepOrToOneThatIsCutOff() {
    String text = "{\"step\": 2, \"loss\": 1}\n{\"step\": 4}\n{\"step\": 4, \"best\": true}\n";
    String later = text + "{\"step\": 6}\n{\"step\": 2}\n";
    assertThat(linesUpTo(4, later)).isEqualTo(text.lines().toList());
    assertThat(linesUpTo(9, text + "{\"step\": 6")).isEqualTo(text.lines().toList());
    assertThat(linesUpTo(9, "")).isEmpty();
  }

  /** Its process died before the state after the evaluation was saved: it evaluates again. */
  @Test
  void anEvaluationThatTheStateDoesNotHaveIsLeftOut() {
    String evaluated = "{\"step\": 2, \"validation_f1\": 1, \"best\": true}\n{\"step\": 4}\n";
    String again = "{\"step\": 4, \"validation_f1\": 1, \"best\": false}\n";
    assertThat(linesUpTo(4, 1, evaluated + again)).isEqualTo(evaluated.lines().toList());
    assertThat(linesUpTo(4, 2, evaluated + again)).isEqualTo((evaluated + again).lines().toList());
  }

  private static List<String> linesUpTo(int step, String text) {
    return linesUpTo(step, Integer.MAX_VALUE, text);
  }

  private static List<String> linesUpTo(int step, int evaluations, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return MetricsLog.linesUpTo(step, evaluations, ByteSource.of("metrics.jsonl", bytes));
  }

  private MetricsLog begin() {
    return MetricsLog.goOn(written::add, 2, TrainingListener.NONE, List.of(), StepTally.NONE, 0);
  }

  private List<String> lines() {
    return written.get(written.size() - 1).lines().toList();
  }

  private static StepReport step(int step) {
    return step(step, 0.25);
  }

  private static StepReport step(int step, double loss) {
    return new StepReport(step, 4, 0.5, loss, 0.001, 1, 8, 80);
  }
}
