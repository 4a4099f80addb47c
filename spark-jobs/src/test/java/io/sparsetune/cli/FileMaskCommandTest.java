package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training under the mask of another run, from the command line down. */
class FileMaskCommandTest {
  @TempDir private static Path folder;
  private static TinyRun tiny;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.in(folder);
    assertThat(tiny.train().code()).isZero();
  }

  @Test
  void theMaskOfARunIsTrainedAgain() throws IOException {
    Path again = folder.resolve("again");
    Cli trained = again(tiny.output().toString(), again);
    assertThat(trained.code()).as(trained.err()).isZero();
    JsonNode one = inspect(tiny.output());
    JsonNode other = inspect(again);
    assertThat(other.get("method").asText()).isEqualTo("file");
    assertThat(other.get("tensors")).isEqualTo(one.get("tensors"));
    // The same mask, data and seed: only the method's name, and so the run's, is another.
    Path named = folder.resolve("named");
    Path delta = tiny.output().resolve("delta.safetensors");
    assertThat(again(delta.toString(), named).code()).isZero();
    assertThat(named.resolve("delta.safetensors"))
        .hasSameBinaryContentAs(again.resolve("delta.safetensors"));
  }

  @Test
  void aFileThatIsNotThereIsSaidBeforeAnythingIsWritten() throws IOException {
    Path output = folder.resolve("nothing");
    Cli failed = again(folder + "/none.safetensors", output);
    assertThat(failed.code()).isEqualTo(3);
    assertThat(failed.err())
        .isEqualTo(
            "Error: Cannot read %s/none.safetensors: there is no such file%n".formatted(folder));
    TinyRun.assertNothingLeftButAFailure(output);
  }

  @Test
  void aFileOfAnotherLayoutIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path output = folder.resolve("misfit");
    Path model = folder.resolve("model/model.safetensors");
    Cli failed = again(model.toString(), output);
    assertThat(failed.code()).isEqualTo(3);
    assertThat(failed.err())
        .startsWith("Error: Cannot read " + model + ": tensor ")
        .contains("has dtype F32, I32 or I64 is needed");
    TinyRun.assertNothingLeftButAFailure(output);
  }

  @Test
  void theRunThatGivesTheMaskIsNotReplacedByTheRunThatReadsIt() throws IOException {
    byte[] before = Files.readAllBytes(tiny.output().resolve("run.json"));
    Cli failed =
        Cli.run(
            "train",
            tiny.config().toString(),
            "--overwrite",
            "--set",
            "method.name=file",
            "--set",
            "method.sparsity=null",
            "--set",
            "method.path=" + tiny.output());
    assertThat(failed.err())
        .isEqualTo(
            "Error: Cannot write a run into %s: %s/delta.safetensors, which is read, lies there; give another output%n"
                .formatted(tiny.output(), tiny.output()));
    assertThat(failed.code()).isEqualTo(2);
    assertThat(tiny.output().resolve("run.json")).hasBinaryContent(before);
  }

  private static Cli again(String path, Path output) {
    return tiny.train(
        "method.name=file", "method.sparsity=null", "method.path=" + path, "output=" + output);
  }

  private static JsonNode inspect(Path run) throws IOException {
    return new ObjectMapper().readTree(Cli.run("inspect", run.toString(), "--json").out());
  }
}
