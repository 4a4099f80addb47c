package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.testing.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing of a file or an argument reaches the terminal as a command to it. */
class PlainOutputTest {
  private static final String TITLE = "\u001b]0;owned\u0007\u202e\u009b2J";
  private static final String SHOWN = "\\u001b]0;owned\\u0007\\u202e\\u009b2J";

  @TempDir private Path folder;

  private static void assertPlain(Cli cli, int code) {
    assertThat(cli.out() + cli.err())
        .contains(SHOWN)
        .doesNotContainPattern("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e]");
    assertThat(cli.code()).isEqualTo(code);
  }

  @Test
  void argumentsAreEscaped() {
    assertPlain(Cli.run(TITLE), 2);
    assertPlain(Cli.run("--" + TITLE), 2);
    assertPlain(Cli.run("inspect", "run", "--" + TITLE), 2);
    assertPlain(Cli.run("inspect", TITLE), 3);
    assertPlain(Cli.run("predict", "run", "--data", "x", "--out", "o", "--format", TITLE), 2);
  }

  @Test
  void keysAndValuesOfAConfigurationAreEscaped() throws IOException {
    Path yaml = folder.resolve("run.yaml");
    Files.writeString(
        yaml,
        """
        model: {path: "%1$s"}
        data: {train: t, format: "%1$s"}
        "%1$s": 1
        training: {seed: "%1$s"}
        output: o
        """
            .formatted("\\e]0;owned\\a\\u202e\\x9b2J"));
    Cli cli = Cli.run("train", yaml.toString());
    assertPlain(cli, 2);
    assertThat(cli.err()).contains("Unknown key " + SHOWN, "Invalid training.seed: '" + SHOWN);
  }

  @Test
  void namesInJsonAndSafetensorsFilesAreEscaped() throws IOException {
    TinyRun run = TinyRun.in(folder);
    Files.writeString(
        run.folder().resolve("model/config.json"),
        "{\"model_type\": \"\\u001b]0;owned\\u0007\\u202e\\u009b2J\"}");
    assertPlain(run.train(), 3);
    byte[] header =
        "{\"\\u001b]0;owned\\u0007\\u202e\\u009b2J\":{\"dtype\":\"F32\"}}"
            .getBytes(StandardCharsets.UTF_8);
    Path base = run.folder().resolve("model/model.safetensors");
    byte[] file = new byte[8 + header.length];
    file[0] = (byte) header.length;
    System.arraycopy(header, 0, file, 8, header.length);
    Files.write(base, file);
    Files.copy(
        Golden.folder("bert").resolve("config.json"),
        run.folder().resolve("model/config.json"),
        StandardCopyOption.REPLACE_EXISTING);
    assertPlain(run.train(), 3);
  }
}
