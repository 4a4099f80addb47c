package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a {@code run.json} may not say. */
class RunRecordTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ObjectNode record() throws IOException {
    return (ObjectNode)
        JSON.readTree(
            """
            {"format_version": 1, "run_id": "%s", "seed": 1, "labels": ["no", "yes"],
             "config": {"model": {"path": "m"}, "data": {"train": ["t"], "max_seq_length": 16},
               "task": {"labels": ["no", "yes"]}, "training": {"max_steps": 3}, "output": "o"},
             "base": {"path": "file:/m"}}
            """
                .formatted("0123456789abcdef".repeat(4)));
  }

  private static RunRecord read(ObjectNode json) {
    return RunRecord.read(
        ByteSource.of("r/run.json", json.toString().getBytes(StandardCharsets.UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/run_id|'short'|its run_id is \"short\"; expected 64 hexadecimal digits",
        "/run_id|null|its run_id is null; expected 64 hexadecimal digits",
        "/format_version|'1'|its format_version is \"1\", not a number such as 1",
        "/format_version|0|its format_version is 0, not a number such as 1",
        "/labels|['yes','yes']|its labels is \"yes\"; expected texts, each once",
        "/labels|[1,2]|its labels is 1; expected texts, each once",
        "/labels|{}|its labels is {}; expected a list of texts",
        "/seed|2|its seed is 2; expected the seed of its config, 1",
        "/config|[]|it has no config, or no path of the base",
        "/base/path|7|it has no config, or no path of the base",
        "/config/data/max_seq_length|-5|Invalid data.max_seq_length: '-5' (r/run.json); expected a"
            + " whole number, 3 or more",
        "/config/data/max_seq_length|99999999999|Invalid data.max_seq_length: '99999999999'",
        "/config/data/max_seq_length|['a']|Invalid data.max_seq_length: a list",
        "/config/training/max_steps|1.5|Invalid training.max_steps: '1.5'",
        "/config/training/nonsense|1|Unknown key training.nonsense (r/run.json)",
        "/config/task/labels|['a','a']|expected at least two labels, each once",
      })
  void valuesThatNoRunHasAreNamed(String pointer, String value, String message) throws IOException {
    ObjectNode json = record();
    int slash = pointer.lastIndexOf('/');
    ObjectNode parent = (ObjectNode) json.at(pointer.substring(0, slash));
    parent.set(pointer.substring(slash + 1), JSON.readTree(value.replace('\'', '"')));
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read r/run.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void aLaterVersionsRecordIsCalledThat() throws IOException {
    ObjectNode json = record().put("format_version", 2);
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "Cannot read r/run.json: its format version is 2, this version of SparseTune reads 1:"
                + " use a newer one");
    assertThat(read(record()).config().data().maxSeqLength()).isEqualTo(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not JSON", "[]", "{\"run_id\": 1}", "{\"run_id\": \"a\"", ""})
  void aFileOfThatNameThatIsNoRecordMarksNoRun(String text, @TempDir Path folder)
      throws IOException {
    Files.writeString(folder.resolve("run.json"), text);
    assertThatThrownBy(() -> RunFolder.toWrite(folder.toString(), true, new Configuration()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write a run into %s: the folder holds something that is not a run; give another"
                + " output",
            folder);
    assertThat(RunState.of(folder.toString(), new Configuration()))
        .isInstanceOf(RunState.Foreign.class);
  }
}
