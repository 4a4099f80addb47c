package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.job.PredictJob.OutputFormat;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.table.TableFormat;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where predictions are written, and which rows they can be added to. */
class PredictJobTest {
  @TempDir private static Path folder;
  private static SparkSession session;
  private static ToyRun toy;
  private static Path rows;

  @BeforeAll
  static void train() throws IOException {
    session = SharedSession.get();
    toy = ToyRun.in(folder.resolve("toy"), 0);
    new TrainJob(session)
        .run(
            new TrainJob.Request(
                toy.config("training.max_steps=1"), Existing.GO_ON, TrainingListener.NONE));
    rows = input("rows.jsonl", "{\"text\": \"w4\"}", "{\"text\": \"w5\"}");
  }

  @Test
  void aTableThatSparkWroteIsNeverReplaced() throws IOException {
    Path table = folder.resolve("table");
    session.read().json(rows.toString()).write().json(table.toString());
    assertThat(table.resolve("_SUCCESS")).exists();
    Map<String, byte[]> before = contents(table);
    for (Path data : List.of(rows, table)) {
      assertThatThrownBy(() -> predict(data, table, true))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Cannot write into %s: the folder holds something else; give another one", table);
    }
    assertThat(contents(table)).containsExactlyEntriesOf(before);
  }

  @Test
  void predictionsAreNotWrittenAmongWhatIsRead() throws IOException {
    Path inputs = Files.createDirectory(folder.resolve("inputs"));
    Files.copy(rows, inputs.resolve("rows.jsonl"));
    Path run = toy.folder().resolve("run");
    Path model = toy.folder().resolve("model");
    refused(inputs, inputs.resolve("out"), "--data is " + inputs);
    refused(folder.resolve("inp*"), inputs.resolve("out"), "--data is " + inputs);
    refused(rows, run.resolve("predictions"), "the run is " + run);
    refused(rows, model.resolve("predictions"), "the base model is " + model);
  }

  private static void refused(Path data, Path output, String because) {
    assertThatThrownBy(() -> predict(data, output, true))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: %s, and the two must not lie in each other; give another folder",
            output, because);
    assertThat(output).doesNotExist();
  }

  @Test
  void olderPredictionsAreReplacedWhetherTheyWereFinishedOrNot() throws IOException {
    Path output = folder.resolve("out");
    assertThat(predict(rows, output, false).rows()).isEqualTo(2);
    Path one = input("one.jsonl", "{\"text\": \"w6\"}");
    assertThat(predict(one, output, true).rows()).isEqualTo(1);
    assertThat(session.read().json(output.toString()).count()).isEqualTo(1);
    assertThat(output.resolve("_predictions.json")).content().contains("\"run_id\" : ");

    Files.delete(output.resolve("_SUCCESS"));
    Files.createDirectories(output.resolve("_temporary/0"));
    assertThatThrownBy(() -> predict(rows, output, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("it holds predictions that did not get finished");
    assertThat(predict(rows, output, true).rows()).isEqualTo(2);
    assertThat(session.read().json(output.toString()).count()).isEqualTo(2);
    assertThat(output.resolve("_SUCCESS")).exists();
  }

  @Test
  void columnsMustDifferInMoreThanCase() throws IOException {
    Path clash = input("clash.jsonl", "{\"text\": \"w4\", \"Prediction\": 1}");
    assertThatThrownBy(() -> predict(clash, folder.resolve("no"), false))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot add predictions to %s: it has a column 'Prediction' already; rename it", clash);
    Path twice = input("twice.jsonl", "{\"text\": \"w4\", \"Id\": 1, \"id\": 2}");
    assertThatThrownBy(() -> predict(twice, folder.resolve("no"), false))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot add predictions to %s: its columns 'Id' and 'id' differ only in upper and lower"
                + " case; rename one",
            twice);
  }

  @Test
  void columnsOfFoldersAreKeptAfterTheFiles() throws IOException {
    Files.createDirectories(folder.resolve("days/dt=2026-01-01"));
    Files.createDirectories(folder.resolve("days/dt=__HIVE_DEFAULT_PARTITION__"));
    input("days/dt=2026-01-01/a.jsonl", "{\"text\": \"w4\", \"id\": 1}");
    input("days/dt=__HIVE_DEFAULT_PARTITION__/b.jsonl", "{\"text\": \"w5\", \"id\": 2}");
    Path output = folder.resolve("days-out");
    predict(folder.resolve("days"), output, false);
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(output)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".json")).sorted().toList()) {
        if (!file.getFileName().toString().startsWith("_")) {
          lines.addAll(Files.readAllLines(file));
        }
      }
    }
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .startsWith("{\"id\":1,\"text\":\"w4\",\"dt\":\"2026-01-01\",\"prediction\":");
    assertThat(lines.get(1)).startsWith("{\"id\":2,\"text\":\"w5\",\"dt\":null,\"prediction\":");
  }

  @Test
  void aRowWithoutTextCanOnlyBeMended() throws IOException {
    Path missing = input("null.jsonl", "{\"text\": \"w4\"}", "{\"text\": null}");
    assertThatThrownBy(() -> predict(missing, folder.resolve("no"), false))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot use row 2 of %s: column 'text' has no text (null). Mend it.", missing);
  }

  @Test
  void theFormatIsToldByAnOptionWhereTheSuffixSaysNothing() throws IOException {
    Path strange = input("rows.txt", "{\"text\": \"w4\"}");
    assertThatThrownBy(() -> predict(strange, folder.resolve("no"), false))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot tell the format of rows.txt (--data) by its suffix. Set --format to csv, tsv,"
                + " jsonl or parquet.");
    assertThat(
            new PredictJob(session)
                .run(
                    request(strange, Optional.of(TableFormat.JSONL), folder.resolve("told"), false))
                .rows())
        .isEqualTo(1);
  }

  private static PredictJob.Result predict(Path data, Path output, boolean overwrite) {
    return new PredictJob(session).run(request(data, Optional.empty(), output, overwrite));
  }

  private static PredictJob.Request request(
      Path data, Optional<TableFormat> format, Path output, boolean overwrite) {
    return new PredictJob.Request(
        toy.folder().resolve("run").toString(),
        Optional.empty(),
        List.of(data.toString()),
        format,
        output.toString(),
        OutputFormat.JSONL,
        overwrite);
  }

  private static Path input(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }
}
