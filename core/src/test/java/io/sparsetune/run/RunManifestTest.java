package io.sparsetune.run;

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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reader and the writer of {@code run.json}. */
class RunManifestTest {
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

  private static RunManifest read(ObjectNode json) {
    return RunManifest.read(
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

  @Test
  void everythingThatIsWrittenIsReadBack() throws IOException {
    RunManifest plain = read(record());
    Environment environment =
        new Environment(
            Map.of("sparsetune", "1", "spark", "4.1"),
            Optional.of(new Environment.Cluster("local[2]", "app-1", 2)),
            Optional.of(new Machine("host", "cpu", 4, 8_192, "Linux 6", "17")));
    Optional<RunBase.Start> start =
        Optional.of(
            new RunBase.Start(
                100, List.of("pooler"), List.of("classifier"), Map.of("pooler", "base")));
    Optional<RunData.Rows> rows = Optional.of(new RunData.Rows(5, 1, 2));
    RunManifest trained =
        new RunManifest(
            plain.runId(),
            Optional.of(Instant.parse("2026-01-31T12:00:00.123456Z")),
            RunOrigin.TRAINED,
            plain.config(),
            plain.labels(),
            new RunBase("file:/m", Optional.of("ab"), start),
            Optional.of(
                new RunData(Optional.of("cd"), rows, Optional.empty(), rows, Optional.of("ef"))),
            Map.of("method.path", "01"),
            environment,
            Optional.of("kernels vector"),
            List.of());
    assertThat(read(trained)).isEqualTo(trained);
    assertThat(JSON.readTree(trained.text()).fieldNames())
        .toIterable()
        .containsExactly(
            "format_version",
            "run_id",
            "seed",
            "started",
            "config",
            "labels",
            "base",
            "data",
            "method_files",
            "versions",
            "spark",
            "arithmetic",
            "driver");
    RunManifest resumed =
        trained.goingOn(
            trained, new Attempt(Instant.parse("2026-02-01T00:00:00Z"), 40, environment));
    assertThat(read(resumed)).isEqualTo(resumed);
    assertThat(resumed.attempts()).hasSize(1);
    assertThat(resumed.inputs())
        .isEqualTo(
            new RunInputs(
                Map.of(
                    "the weights of model.path", "ab",
                    "the rows of data.train or data.validation", "cd",
                    "the rows of data.test", "ef",
                    "what method.path names", "01")));
  }

  @Test
  void runsThatWereNotTrainedHereSayWhereTheyComeFrom() throws IOException {
    RunManifest plain = read(record());
    for (RunOrigin origin :
        List.of(RunResultTest.COMPOSED, new RunOrigin.Imported("file:/adapter", "peft", "abcd"))) {
      RunManifest made =
          RunManifest.of(
              plain.runId(),
              origin,
              plain.config().into("elsewhere"),
              plain.labels(),
              RunBase.of("file:/m", "ab"),
              Environment.here(Map.of("sparsetune", "1")));
      assertThat(read(made)).isEqualTo(made);
      assertThat(made.config().output()).isEqualTo("elsewhere");
      assertThat(made.arithmetic()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'started': 'now'}|its started is \"now\"; expected a time such as 2026-01-31T12:00:00Z",
        "{'driver': 1}|its driver is 1; expected an object",
        "{'driver': {'host': 1}}|its driver.host is 1; expected a text",
        "{'data': {'train': {}}}|its data.train.examples is missing; expected a whole number",
        "{'spark': {'master': 'm', 'application': 'a', 'default_parallelism': -1}}|"
            + "its spark.default_parallelism is -1; expected a whole number, 0 to 2147483647",
        "{'attempts': {}}|its attempts is {}; expected a list",
        "{'attempts': [1]}|its attempts is [1]; expected a list of objects",
        "{'attempts': [{'started': '2026-01-31T12:00:00Z'}]}|its attempts.from_step is missing",
        "{'composed': {'pairs': [], 'rule': 'sum'}}|"
            + "its composed.rule is \"sum\"; expected add, mean or ties",
        "{'composed': {'pairs': [{'runs': ['a']}]}}|"
            + "its composed.pairs.runs is [\"a\"]; expected two run ids",
        "{'versions': {'spark': 4}}|its versions.spark is 4; expected a text",
      })
  void aSectionThatIsThereIsWhole(String fields, String message) throws IOException {
    ObjectNode json = record();
    json.setAll((ObjectNode) JSON.readTree(fields.replace('\'', '"')));
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read r/run.json: ")
        .hasMessageContaining(message);
  }

  @Test
  void aManifestThatCouldNotBeReadBackIsNotWritten() throws IOException {
    RunManifest plain = read(record());
    RunManifest twice =
        RunManifest.of(
            plain.runId(),
            RunOrigin.TRAINED,
            plain.config(),
            List.of("yes", "yes"),
            plain.base(),
            plain.environment());
    assertThatThrownBy(twice::text)
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write a run that could be read back: Cannot read run.json: its labels is"
                + " \"yes\"; expected texts, each once");
  }

  private static RunManifest read(RunManifest manifest) {
    return RunManifest.read(
        ByteSource.of("r/run.json", manifest.text().getBytes(StandardCharsets.UTF_8)));
  }
}
