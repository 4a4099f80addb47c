package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training with dense rounds, from its files to its files. */
class RoundsJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] CHILD = {
    "method.name=child",
    "method.score_steps=null",
    "method.rounds=2",
    "method.project_every=8 steps",
    "method.workers=2"
  };

  @TempDir Path folder;

  @Test
  void roundsAreInTheRunsFilesAndItsDeltaIsThatOfATrainingWithoutSpark() throws IOException {
    ToyRun toy = ToyRun.in(folder, 0.1);
    RunConfig config = toy.config(CHILD);
    TrainJob.Result result =
        new TrainJob(SharedSession.get())
            .run(new TrainJob.Request(config, Existing.GO_ON, TrainingListener.NONE));
    Path run = folder.resolve("run");
    assertThat(Files.readAllBytes(run.resolve("delta.safetensors")))
        .isEqualTo(LocalRun.delta(config));
    JsonNode rounds = JSON.readTree(run.resolve("result.json").toFile()).path("rounds");
    assertThat(rounds).hasSize(2);
    assertThat(rounds.get(1).path("step").asInt()).isEqualTo(16);
    assertThat(rounds.get(1).path("loss").asDouble()).isPositive();
    assertThat(rounds.get(0).path("kept").asInt()).isEqualTo(result.k());
    assertThat(rounds.get(0).path("changed").asInt()).isEqualTo(result.k());
    assertThat(rounds.get(1).path("changed").asInt()).isBetween(1, result.k() - 1);
    JsonNode bytes = JSON.readTree(run.resolve("result.json").toFile()).path("bytes");
    assertThat(bytes.path("steps").asInt()).isEqualTo(33 - 16);
    assertThat(bytes.path("rounds").path("rounds").asInt()).isEqualTo(2);
    assertThat(bytes.path("rounds").path("shuffled").asLong()).isPositive();
    List<Integer> steps = new ArrayList<>();
    List<Integer> ends = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      JsonNode json = JSON.readTree(line);
      if (json.has("round")) {
        ends.add(json.path("step").asInt());
      } else if (json.has("loss")) {
        steps.add(json.path("step").asInt());
        assertThat(json.path("tokens_per_second").asLong()).isBetween(1L, 10_000_000L);
      }
    }
    assertThat(ends).containsExactly(8, 16);
    assertThat(steps).containsExactly(5, 10, 15, 20, 25, 30, 33);
  }

  @Test
  void diffPruningTrainsBesideTheEpochsOfItsDensePhase() throws IOException {
    RunConfig config =
        ToyRun.in(folder, 0.1)
            .config("method.name=diff", "method.score_steps=null", "method.finetune_epochs=0.5");
    new TrainJob(SharedSession.get())
        .run(new TrainJob.Request(config, Existing.GO_ON, TrainingListener.NONE));
    Path run = folder.resolve("run");
    assertThat(Files.readAllBytes(run.resolve("delta.safetensors")))
        .isEqualTo(LocalRun.delta(config));
    JsonNode result = JSON.readTree(run.resolve("result.json").toFile());
    assertThat(result.path("rounds")).hasSize(1);
    assertThat(result.path("rounds").get(0).path("step").asInt()).isEqualTo(33);
    // Half of an epoch of 11 steps.
    assertThat(result.path("bytes").path("steps").asInt()).isEqualTo(6);
  }

  @Test
  void roundsThatTakeAllStepsAreRefusedBeforeAnythingIsTrained() throws IOException {
    ToyRun toy = ToyRun.in(folder, 0.1);
    RunConfig config = toy.config(CHILD[0], CHILD[1], "method.project_every=17 steps");
    TrainJob.Request request = new TrainJob.Request(config, Existing.GO_ON, TrainingListener.NONE);
    assertThatThrownBy(() -> new TrainJob(SharedSession.get()).run(request))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("2 rounds of 17 steps leave none of the training's 33 steps");
    assertThatThrownBy(() -> new TrainJob(SharedSession.get()).dryRun(request))
        .isInstanceOf(ConfigException.class);
    assertThat(folder.resolve("run")).doesNotExist();
  }
}
