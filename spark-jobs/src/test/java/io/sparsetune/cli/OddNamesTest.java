package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose columns, labels and paths have characters that YAML and terminals do not take. */
class OddNamesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TEXT = "te\u0085xt\ufffe";
  private static final String LABEL = "la\u2028bel\u007f";
  private static final List<String> LABELS = List.of("a\u007f", "b\u0085\u202ec\u001b[31m");

  @TempDir static Path folder;
  private static TinyRun run;
  private static Path rows;
  private static Cli trained;

  @BeforeAll
  static void train() throws IOException {
    run = TinyRun.in(folder);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      lines.add(
          JSON.writeValueAsString(
              JSON.createObjectNode()
                  .put(TEXT, "a b " + (char) ('d' + i % 20))
                  .put(LABEL, LABELS.get(i % 2))));
    }
    rows = Files.write(folder.resolve("odd.jsonl"), lines);
    trained = train(run.output(), 1);
  }

  private static Cli train(Path output, int seed) {
    return run.train(
        "task.text=\"te\\Nxt\\uFFFE\"",
        "task.label=\"la\\Lbel\\x7f\"",
        "data.train=" + rows,
        "data.test=null",
        "training.max_steps=1",
        "training.seed=" + seed,
        "output=" + output);
  }

  @Test
  void itIsReadByEveryCommand() throws IOException {
    assertThat(trained.err()).doesNotContain("Error");
    assertThat(trained.code()).isZero();
    JsonNode record = JSON.readTree(run.output().resolve("run.json").toFile());
    assertThat(record.path("config").path("task").path("text").asText()).isEqualTo(TEXT);
    assertThat(done("inspect", run.output().toString()).out())
        .contains("[a\\u007f, b\\u0085\\u202ec\\u001b[31m]");
    Cli inspected = done("inspect", run.output().toString(), "--json");
    List<String> labels = new ArrayList<>();
    JSON.readTree(inspected.out()).path("labels").forEach(label -> labels.add(label.asText()));
    assertThat(labels).containsExactlyElementsOf(LABELS);
    assertThat(done("evaluate", run.output().toString(), "--data", rows.toString()).out())
        .contains("accuracy");
    Path predictions = folder.resolve("predictions");
    done(
        "predict",
        run.output().toString(),
        "--data",
        rows.toString(),
        "--out",
        predictions.toString());
    Path merged = folder.resolve("merged");
    done("merge", run.output().toString(), merged.toString());
    JsonNode config = JSON.readTree(merged.resolve("config.json").toFile());
    assertThat(config.path("id2label").path("1").asText()).isEqualTo(LABELS.get(1));
    done("undo", merged.toString(), folder.resolve("undone").toString());
    done(
        "export",
        run.output().toString(),
        folder.resolve("differences").toString(),
        "--format",
        "lt-sft");
    Path composed = folder.resolve("composed");
    Path second = folder.resolve("second");
    assertThat(train(second, 2).code()).isZero();
    done(
        "compose",
        run.output().toString(),
        second.toString(),
        "--head",
        second.toString(),
        "--out",
        composed.toString());
    done("evaluate", composed.toString(), "--data", rows.toString());
  }

  private static Cli done(String... arguments) {
    Cli cli = Cli.run(arguments);
    assertThat(cli.err()).doesNotContain("Error");
    assertThat(cli.code()).isZero();
    return cli;
  }
}
