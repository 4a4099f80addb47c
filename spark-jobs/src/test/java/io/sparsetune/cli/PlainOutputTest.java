package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.testing.Golden;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
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

  @Test
  void noPasswordIsPrintedOrUsed() throws IOException {
    TinyRun run = TinyRun.in(folder);
    String secret = "s3a://KEY:SECRET@bucket/x";
    for (Cli cli :
        List.of(
            run.train("output=" + secret),
            run.train("data.test=[a, '" + secret + "']"),
            Cli.run("inspect", secret),
            Cli.run("train", secret),
            Cli.run("experiments", secret),
            Cli.run("evaluate", "run", "--data", secret),
            Cli.run("predict", "run", "--data", "d", "--out=" + secret),
            Cli.run("import", "a", "--base", secret, "--out", "o"))) {
      assertThat(cli.err()).contains("s3a://KEY:***@bucket/x").doesNotContain("SECRET");
      assertThat(cli.code()).isEqualTo(2);
    }
    Files.writeString(
        run.config(),
        Files.readString(run.config()).replace("validation: 0.25", "validation: " + secret));
    Cli cli = run.train();
    assertThat(cli.err())
        .startsWith("Error: data.validation: Cannot use 's3a://KEY:***@bucket/x': a path must not")
        .doesNotContain("SECRET");
    assertThat(cli.code()).isEqualTo(2);
  }

  @Test
  void aKeyWithoutEffectIsSaidOnce() throws IOException {
    TinyRun run = TinyRun.in(folder);
    Cli cli =
        run.train("data.validation=0", "training.early_stopping_patience=2", "model.path=none");
    assertThat(cli.err())
        .startsWith(
            "Warning: training.eval_steps has no effect: there are no validation data"
                + " (data.validation: 0)\n"
                + "Warning: training.early_stopping_patience has no effect: ");
  }
}
