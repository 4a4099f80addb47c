package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowsTest {

  @ParameterizedTest
  @ValueSource(strings = {"evaluate", "predict"})
  void aFormatThatThereIsNotIsAWrongArgument(String command) {
    // Required options that are missing come after values that are wrong.
    Cli failed = Cli.run(command, "run", "--data", "rows.xml", "--format", "xml");
    assertThat(failed.code()).isEqualTo(2);
    assertThat(failed.err())
        .startsWith("Error: Invalid value for option '--format': expected one of ")
        .contains("CSV, TSV, JSONL, PARQUET", "but was 'xml'");
  }

  @Test
  void aFormatIsTakenInAnyCase() {
    Cli failed = Cli.run("evaluate", "no-run", "--data", "rows.txt", "--format", "jsonL");
    assertThat(failed.err()).startsWith("Error: Cannot read the run no-run");
    assertThat(failed.code()).isEqualTo(3);
  }
}
