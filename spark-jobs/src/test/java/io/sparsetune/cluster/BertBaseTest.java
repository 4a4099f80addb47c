package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.cluster.SparkSubmit.Outcome;
import io.sparsetune.testing.TestModels;
import io.sparsetune.testing.ToyRows;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of BERT-base's size trains on executors under a driver that could not hold it. */
@Tag("cluster")
class BertBaseTest {
  @TempDir Path folder;

  @Test
  void theDriverNeedsNoMemoryForTheModel() throws Exception {
    TestModels.bertBase(folder.resolve("model"));
    ToyRows.oneFile(folder.resolve("train.jsonl"), ToyRows.jsonLines(60, 30_522, 30, 2, 1));
    Files.writeString(
        folder.resolve("run.yaml"),
        """
        model: {path: '%1$s/model'}
        task: {text: text, label: label}
        data: {train: '%1$s/train.jsonl', max_seq_length: 32}
        method: {name: sam, sparsity: 0.005, score_steps: 1}
        training: {max_steps: 3, batch_size: 8, micro_batch_size: 4, eval_batch_size: 8}
        output: '%1$s/run'
        """
            .formatted(folder));
    Outcome outcome =
        SparkSubmit.on("local-cluster[2,1,4096]")
            .fast()
            .driverMemory("512m")
            .conf("spark.driver.memory", "512m")
            .conf("spark.executor.memory", "4g")
            .run(folder.resolve("process"), "train", folder.resolve("run.yaml").toString());
    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    JsonNode result = new ObjectMapper().readTree(folder.resolve("run/result.json").toFile());
    assertThat(result.path("steps").asInt()).isEqualTo(3);
    assertThat(result.path("n").asLong()).isEqualTo(85_054_464);
    assertThat(result.path("k").asInt()).isEqualTo(425_160);
    // 4 bytes a trained value to each of two executors, 5 or 6 from each of two tasks.
    long trained = 425_160 + result.path("head").asInt();
    JsonNode bytes = result.path("bytes");
    assertThat(bytes.path("down_per_step").asLong())
        .isBetween(trained * 8 * 9 / 10, trained * 8 + 200_000);
    assertThat(bytes.path("up_per_step").asLong()).isBetween(trained * 6, trained * 14 + 200_000);
    assertThat(bytes.path("dense_per_step_each_way").asLong()).isGreaterThan(4L * 85_054_464);
  }
}
