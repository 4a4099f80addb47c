package io.sparsetune.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsLogTest {
  private final List<String> written = new ArrayList<>();

  @Test
  void aLogThatGoesOnKeepsTheLinesAndTheSecondsBefore() throws IOException {
    try (MetricsLog log = MetricsLog.begin(written::add, 2, TrainingListener.NONE)) {
      log.stepDone(step(1));
      log.stepDone(step(2));
      assertThat(log.elapsed()).isLessThan(100);
    }
    List<String> before = lines();
    assertThat(before).hasSize(1);
    try (MetricsLog log = MetricsLog.goOn(written::add, 2, TrainingListener.NONE, before, 1_000)) {
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
    MetricsLog.goOn(written::add, 2, TrainingListener.NONE, List.of("{}"), 1).close();
    assertThat(written).isEmpty();
  }

  private List<String> lines() {
    return written.get(written.size() - 1).lines().toList();
  }

  private static StepReport step(int step) {
    return new StepReport(step, 4, 0.5, 0.25, 0.001, 1, 8, 80);
  }
}
