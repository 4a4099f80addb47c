package io.sparsetune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.method.ScoreRound;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class QuickStartConfigTest {
  private static final Path FOLDER = Path.of("/data/Anna's runs/first");

  @Test
  void allPathsAreInTheChosenFolder() {
    RunConfig config = parse(QuickStartConfig.text(FOLDER, 1, Length.FULL));
    assertThat(config.model().path()).isEqualTo("file://" + FOLDER + "/model");
    assertThat(config.data().train()).containsExactly("file://" + FOLDER + "/data/train.jsonl");
    assertThat(config.data().validation())
        .containsExactly("file://" + FOLDER + "/data/validation.jsonl");
    assertThat(config.data().test()).containsExactly("file://" + FOLDER + "/data/test.jsonl");
    assertThat(config.output()).isEqualTo("file://" + FOLDER + "/run");
  }

  @Test
  void theFullRunIsTwoEpochsOfSamAtTwoInAHundred() {
    RunConfig config = parse(QuickStartConfig.text(FOLDER, 7, Length.FULL));
    assertThat(config.method().name()).isEqualTo("sam");
    assertThat(config.method().budget().orElseThrow().sparsity()).hasValue(0.02);
    assertThat(config.training().learningRate()).isEqualTo(1e-3);
    assertThat(config.training().epochs()).isEqualTo(2);
    assertThat(config.training().batchSize()).isEqualTo(32);
    assertThat(config.training().seed()).isEqualTo(7);
    assertThat(config.training().maxSteps()).isEqualTo(OptionalInt.empty());
  }

  @Test
  void theShortRunIsAFewSteps() {
    RunConfig config = parse(QuickStartConfig.text(FOLDER, 1, Length.SHORT));
    assertThat(config.training().maxSteps()).hasValue(6);
    assertThat(config.method().options().find(ScoreRound.STEPS)).contains(2);
  }

  private static RunConfig parse(String yaml) {
    return RunConfigParser.parse(yaml, "config.yaml", List.of());
  }
}
