package io.sparsetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.compose.ComposeReport;
import io.sparsetune.compose.Rule;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.RoundBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reader and the writer of {@code result.json}. */
class RunResultTest {
  static final RunOrigin.Composed COMPOSED =
      new RunOrigin.Composed(
          Rule.TIES,
          OptionalDouble.of(0.2),
          List.of(
              new RunOrigin.Composed.Part("a", "01", true),
              new RunOrigin.Composed.Part("b", "02", false)),
          new ComposeReport(9, 4, 1, List.of(new ComposeReport.Pair("01", "02", 4, 1, 0.5))));

  private static final ObjectMapper JSON = new ObjectMapper();

  static RunResult trained() {
    return new RunResult(
        "sam",
        "accuracy",
        Map.of(RunData.VALIDATION, Map.of("accuracy", 0.5, "matthews", Double.NaN)),
        10,
        2,
        3,
        Optional.of(
            new RunResult.Training(
                6,
                4,
                List.of(new RunResult.Round(3, 0.25, 2, 1)),
                List.of("few rows"),
                Optional.of(
                    new Traffic(new BytesMoved(60, 120, 6, new RoundBytes(1, 2, 3, 4)), 400)),
                12)),
        Optional.empty(),
        Optional.of("ab"),
        77);
  }

  private static RunResult read(String text) {
    return RunResult.read(ByteSource.of("r/result.json", text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void everythingThatIsWrittenIsReadBack() throws IOException {
    assertThat(read(trained().text())).isEqualTo(trained());
    assertThat(JSON.readTree(trained().text()).fieldNames())
        .toIterable()
        .containsExactly(
            "method",
            "metric",
            "validation",
            "steps",
            "best_step",
            "rounds",
            "n",
            "k",
            "head",
            "sparsity",
            "sparsity_with_head",
            "warnings",
            "delta_sha256",
            "delta_bytes",
            "bytes",
            "seconds");
    assertThat(JSON.readTree(trained().text()).path("bytes").path("up_per_step").asLong())
        .isEqualTo(20);
  }

  @Test
  void aComposedRunSaysOfWhat() throws IOException {
    RunResult composed =
        new RunResult(
            "compose",
            "accuracy",
            Map.of(),
            10,
            2,
            3,
            Optional.empty(),
            Optional.of(COMPOSED),
            Optional.of("ab"),
            77);
    assertThat(read(composed.text())).isEqualTo(composed);
    assertThat(JSON.readTree(composed.text()).fieldNames())
        .toIterable()
        .containsExactly(
            "method",
            "metric",
            "n",
            "k",
            "head",
            "sparsity",
            "sparsity_with_head",
            "composed",
            "delta_sha256",
            "delta_bytes");
  }

  @Test
  void aScoreThatIsNoNumberIsNone() {
    assertThat(trained().score(RunData.VALIDATION)).hasValue(0.5);
    assertThat(trained().score(RunData.TEST)).isEmpty();
    assertThat(
            read(trained().text().replace("\"metric\" : \"accuracy\"", "\"metric\" : \"matthews\""))
                .score(RunData.VALIDATION))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'n': '1'}|its n is \"1\"; expected a whole number",
        "{'k': 1.5}|its k is 1.5; expected a whole number",
        "{'seconds': null}|its seconds is null; expected a whole number",
        "{'metric': 3}|its metric is 3; expected a text",
        "{'validation': {'accuracy': 'high'}}|its validation.accuracy is \"high\"; expected a number",
        "{'bytes': {}}|its bytes.down is missing; expected a whole number",
        "{'composed': {'rule': 'add', 'pairs': [], 'runs': [{'path': 'a', 'run_id': 'b', 'head': 1}]}}|"
            + "its composed.runs.head is 1; expected true or false",
      })
  void aFieldOfAnotherTypeIsNamed(String fields, String message) throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(trained().text());
    json.setAll((ObjectNode) JSON.readTree(fields.replace('\'', '"')));
    assertThatThrownBy(() -> read(json.toString()))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("Cannot read r/result.json: " + message);
  }
}
