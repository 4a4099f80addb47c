package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code overlap} and the table of {@code inspect}, from the command line down. */
class OverlapTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static String run;
  private static String other;

  @BeforeAll
  static void train() throws IOException {
    TinyRun tiny = TinyRun.in(folder);
    run = tiny.output().toString();
    other = folder.resolve("other").toString();
    assertThat(tiny.train("training.max_steps=1").code()).isZero();
    assertThat(tiny.train("training.max_steps=1", "training.seed=2", "output=" + other).code())
        .isZero();
  }

  @Test
  void twoRunsAreCompared() throws IOException {
    JsonNode json = JSON.readTree(Cli.run("overlap", run, other, "--json").out());
    JsonNode inspected = JSON.readTree(Cli.run("inspect", run, "--json").out());
    assertThat(json.get("same_base").asBoolean()).isTrue();
    JsonNode all = json.get("all");
    assertThat(all.get("first").asInt()).isEqualTo(inspected.get("k").asInt());
    assertThat(all.get("both").asInt()).isBetween(1, all.get("first").asInt() - 1);
    assertThat(all.get("jaccard").asDouble()).isBetween(0.01, 0.2);
    assertThat(all.get("expected_jaccard").asDouble()).isBetween(0.04, 0.07);
    Cli text = Cli.run("overlap", run, other);
    assertThat(text.code()).isZero();
    assertThat(text.out().lines().map(line -> line.split(" {2,}")[0]))
        .startsWith("", "layer 0", "layer 1")
        .contains("query", "attention.output", "LayerNorm", "bias")
        .endsWith("all");
    assertThat(Cli.run("overlap", run, run).out()).contains("1.0000");
  }

  @Test
  void inspectShowsWhereTheBudgetWent() throws IOException {
    JsonNode json = JSON.readTree(Cli.run("inspect", run, "--json").out());
    long chosen = 0;
    for (JsonNode layer : json.get("mask")) {
      for (JsonNode kind : layer) {
        chosen += kind.get("chosen").asLong();
      }
    }
    assertThat(chosen).isEqualTo(json.get("k").asLong());
    assertThat(json.get("mask").get("1").get("query").get("chosen").asInt())
        .isEqualTo(json.get("tensors").get("encoder.layer.1.attention.self.query.weight").asInt());
    assertThat(Cli.run("inspect", run).out().lines())
        .anyMatch(line -> line.matches("layer +query +bias +key +value +.*all +share"))
        .anyMatch(line -> line.matches("1 +\\d+ .*\\d+\\.\\d{3}%"));
  }

  @Test
  void whatIsNoRunIsRefused() {
    Cli failed = Cli.run("overlap", run, folder + "/none");
    assertThat(failed.code()).isEqualTo(3);
    assertThat(failed.err())
        .isEqualTo(
            "Error: Cannot read the run %s/none: there is no such folder%n".formatted(folder));
  }
}
