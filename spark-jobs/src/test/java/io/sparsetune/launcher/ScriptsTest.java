package io.sparsetune.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts that users run have to work with what macOS has: bash 3.2 and BSD's tools. */
class ScriptsTest {
  private static final Pattern YOUNGER_BASH =
      Pattern.compile(
          "(declare|local) -[An]|mapfile|readarray|coproc|wait -n|exec \\{|&>>|\\|&"
              + "|\\$\\{\\w+(\\[[^]]*])?(\\^|,|@[A-Za-z])");
  private static final Pattern GNU_TOOLS =
      Pattern.compile(
          "readlink -f|realpath|sed -[a-z]*[ir]|grep -[a-z]*P|stat -c|date -d|-quit\\b|-printf"
              + "|sort -[a-z]*V|\\bnproc\\b|\\btac\\b|xargs -[a-z]*[dr]\\b");

  @ParameterizedTest
  @ValueSource(strings = {"sparsetune", "check", "bench"})
  void knowNothingThatMacOsDoesNot(String name) throws IOException {
    assertThat(Files.readAllLines(Path.of("../bin").resolve(name)))
        .isNotEmpty()
        .noneMatch(line -> YOUNGER_BASH.matcher(line).find())
        .noneMatch(line -> GNU_TOOLS.matcher(line).find());
  }
}
