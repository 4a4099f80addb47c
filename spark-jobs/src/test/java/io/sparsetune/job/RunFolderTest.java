package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.files.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir private Path folder;

  @Test
  void ofTwoCommandsTheLaterHasTheFolder() throws IOException {
    Path output = folder.resolve("run");
    RunFolder first = RunFolder.toWrite(output.toString(), Existing.GO_ON, HADOOP);
    RunFolder second = RunFolder.toWrite(output.toString(), Existing.GO_ON, HADOOP);
    first.begin("{\"run_id\": \"a\"}");
    first.write(RunFiles.METRICS, "first");
    second.begin("{\"run_id\": \"b\"}");
    assertThatThrownBy(() -> first.write(RunFiles.METRICS, "first, later"))
        .isInstanceOf(TakenOverException.class)
        .hasMessage(
            "Cannot write %s/metrics.jsonl: run.json there is not this run's any more, so another"
                + " command writes into the same folder. Let one end before the other begins, or"
                + " give another output",
            output);
    Files.delete(output.resolve("run.json"));
    assertThatThrownBy(() -> first.write(RunFiles.METRICS, "first, later"))
        .isInstanceOf(TakenOverException.class)
        .hasMessage(
            "Cannot write %s/metrics.jsonl: run.json is not there any more: another command begins"
                + " a run in the same folder, or somebody has removed it. Let one end before the"
                + " other begins, or give another output",
            output);
    second.goOn("{\"run_id\": \"b\"}");
    second.write(RunFiles.METRICS, "second");
    assertThatThrownBy(first::complete)
        .isInstanceOf(TakenOverException.class)
        .hasMessage(
            "Cannot write %s/_SUCCESS: run.json there is not this run's any more, so another"
                + " command writes into the same folder. Let one end before the other begins, or"
                + " give another output",
            output);
    assertThat(output.resolve("_SUCCESS")).doesNotExist();
    assertThat(output.resolve("metrics.jsonl")).hasContent("second");
    second.complete();
    assertThat(output.resolve("_SUCCESS")).exists();
  }

  @Test
  void ofTwoThatWriteAFinishedRunAtOnceTheFirstIsThereWhole() throws IOException {
    Path output = folder.resolve("run");
    RunFolder second = RunFolder.toWrite(output.toString(), Existing.GO_ON, HADOOP);
    RunFolder first = RunFolder.toWrite(output.toString(), Existing.GO_ON, HADOOP);
    assertThatThrownBy(
            () ->
                second.writeFinished(
                    "{\"run_id\": \"second\"}",
                    out -> first.writeFinished("{\"run_id\": \"first\"}", o -> o.write('1'), "{}"),
                    "{}"))
        .isInstanceOf(TakenOverException.class)
        .hasMessage(
            "Cannot write a run into %s: another command has written there meanwhile, and what it"
                + " wrote is left as it is. Give another folder, or --overwrite to replace it",
            output);
    assertThat(output.toFile().list())
        .containsExactlyInAnyOrder("run.json", "delta.safetensors", "result.json", "_SUCCESS");
    assertThat(output.resolve("delta.safetensors")).hasContent("1");
    assertThat(output.resolve("run.json")).content().contains("first");
  }

  @Test
  void whatAKilledCommandWasWritingIsRemoved() throws IOException {
    Path output = folder.resolve("run");
    Path delta = output.resolve(".sparsetune-0123456789abcdef");
    Path checkpoint = output.resolve("checkpoints/.sparsetune-fedcba9876543210");
    Path other = output.resolve(".sparsetune-notes");
    Path finished = output.resolve("checkpoints/checkpoint-000001");
    Files.createDirectories(checkpoint.getParent());
    for (Path file : List.of(delta, checkpoint, other, finished)) {
      Files.createFile(file);
    }
    Files.writeString(output.resolve("run.json"), "{\"run_id\": \"a\"}");

    RunFolder.toWrite(output.toString(), Existing.OVERWRITE, HADOOP)
        .goOn("{\"run_id\": \"a\", \"attempts\": []}");

    assertThat(delta).doesNotExist();
    assertThat(checkpoint).doesNotExist();
    assertThat(other).exists();
    assertThat(finished).exists();
  }

  @Test
  void aRunThatIsReplacedKeepsNothingOfTheOlder() throws IOException {
    Path output = folder.resolve("run");
    RunFolder trained = RunFolder.toWrite(output.toString(), Existing.GO_ON, HADOOP);
    trained.begin("{\"run_id\": \"old\"}");
    trained.write(RunFiles.METRICS, "old");
    RunFolder.toWrite(output.toString(), Existing.OVERWRITE, HADOOP)
        .writeFinished("{\"run_id\": \"new\"}", out -> out.write('2'), "{}");
    assertThat(output.resolve("metrics.jsonl")).doesNotExist();
    assertThatThrownBy(() -> trained.write(RunFiles.METRICS, "older"))
        .isInstanceOf(TakenOverException.class);
    assertThat(output.resolve("metrics.jsonl")).doesNotExist();
  }

  @Test
  void whatCannotBeWrittenIsSaidBeforeTheRunAndInIt() throws IOException {
    Path output = folder.resolve("out/run");
    RunFolder run = RunFolder.toWrite(output.toString(), Existing.GO_ON, HADOOP);
    assertThat(folder).isEmptyDirectory();
    Files.writeString(folder.resolve("out"), "a file in the way");
    assertThatThrownBy(() -> run.begin("{}"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write %s/run.json: ", output);
    assertThatThrownBy(() -> RunFolder.toWrite(output.toString(), Existing.GO_ON, HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot write into %s: ", output);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not JSON", "[]", "{\"run_id\": 1}", "{\"run_id\": \"a\"", ""})
  void aFileOfThatNameThatIsNoRecordMarksNoRun(String text) throws IOException {
    Files.writeString(folder.resolve("run.json"), text);
    assertThatThrownBy(
            () -> RunFolder.toWrite(folder.toString(), Existing.OVERWRITE, new Configuration()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write a run into %s: the folder holds something that is not a run; give another"
                + " output",
            folder);
  }

  @Test
  void checkpointsWithoutAManifestAreReplacedWhenAskedTo() throws IOException {
    Files.createDirectories(folder.resolve("checkpoints/rounds"));
    Files.createFile(folder.resolve("checkpoints/checkpoint-000003"));
    RunConfig config =
        RunConfigParser.parse(
            """
            model: {path: base}
            data: {train: [train.tsv], max_seq_length: 16}
            task: {labels: ["no", "yes"]}
            training: {max_steps: 3}
            output: %s
            """
                .formatted(folder),
            "test",
            List.of());
    assertThatThrownBy(() -> RunFolder.toTrain(config, Existing.GO_ON, HADOOP))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write a run into %s: it holds an unfinished run whose run.json is missing or of"
                + " another version; give another output, or --overwrite to replace it",
            folder);
    RunFolder.toTrain(config, Existing.OVERWRITE, HADOOP).begin("{\"run_id\": \"a\"}");
    assertThat(folder.toFile().list()).containsExactly("run.json");
  }
}
