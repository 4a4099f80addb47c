package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.error.ExitCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A slip in a path, wherever commands take one. */
class WrongPathsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "train file://tmp/x",
        "inspect file://tmp/x",
        "overlap file://tmp/x file://tmp/x",
        "merge file://tmp/x out",
        "export file://tmp/x out --format peft",
        "undo file://tmp/x out",
        "compose file://tmp/x file://tmp/x --out out",
        "import adapter --base model --out file://tmp/x",
        "import adapter --base file://tmp/x --out out",
        "experiments file://tmp/x --set output=out",
        "evaluate file://tmp/x --data rows.jsonl",
        "predict file://tmp/x --data rows.jsonl --out out"
      })
  void twoSlashesAreAMistakeInTheArguments(String command) {
    Cli cli = Cli.run(command.split(" ", -1));
    assertThat(cli.err())
        .contains(
            "Invalid path: 'file://tmp/x': what follows two slashes is a machine's name; write"
                + " file:///tmp/x or /tmp/x")
        .doesNotContain("not a mistake of yours");
    assertThat(cli.code()).isEqualTo(ExitCode.USAGE.number());
  }
}
