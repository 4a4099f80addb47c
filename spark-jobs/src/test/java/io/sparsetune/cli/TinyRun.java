package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.TemporaryName;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.TinyTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The golden tiny BERT, 48 rows of which 18 are longer than allowed, and a configuration that
 * trains in four steps, in a folder: {@code model/}, {@code rows.jsonl}, {@code run.yaml}.
 */
record TinyRun(Path folder) {

  static TinyRun in(Path folder) throws IOException {
    TinyRun run = new TinyRun(folder);
    run.model("model");
    run.rows("rows.jsonl", "text", "label");
    Files.writeString(
        run.config(),
        """
        model: {path: '%s'}
        data: {train: '%s', validation: 0.25, test: '%s', max_seq_length: 12}
        method: {name: random, sparsity: 0.1}
        training: {max_steps: 4, batch_size: 8, micro_batch_size: 4, eval_steps: 2}
        output: '%s'
        """
            .formatted(folder.resolve("model"), run.rows(), run.rows(), run.output()));
    return run;
  }

  Path config() {
    return folder.resolve("run.yaml");
  }

  Path rows() {
    return folder.resolve("rows.jsonl");
  }

  Path output() {
    return folder.resolve("run");
  }

  /** {@code train} with changes, each {@code key=value}. */
  Cli train(String... overrides) {
    List<String> arguments = new ArrayList<>(List.of("train", config().toString()));
    for (String override : overrides) {
      arguments.addAll(List.of("--set", override));
    }
    return Cli.run(arguments.toArray(String[]::new));
  }

  /** A command that fails before its run begins leaves at most why. */
  static void assertNothingLeftButAFailure(Path output) throws IOException {
    if (!Files.exists(output)) {
      return;
    }
    try (Stream<Path> left = Files.list(output)) {
      assertThat(left.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !TemporaryName.isOne(name))
          .containsExactly("failure.json");
    }
  }

  /** Another copy of the model. */
  Path model(String name) throws IOException {
    Path model = Files.createDirectory(folder.resolve(name));
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(Golden.folder("bert").resolve(file), model.resolve(file));
    }
    Files.writeString(model.resolve("vocab.txt"), TinyTokenizer.vocabulary());
    return model;
  }

  /** A file of rows, the columns under those names. */
  Path rows(String name, String text, String label) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 48; i++) {
      String letters =
          "abc".repeat(i % 5 + 1).replace("", " ").strip() + " " + (char) ('d' + i % 20);
      lines.add(
          "{\"%s\": \"%s\", \"%s\": \"%s\"}"
              .formatted(text, letters, label, i % 3 == 0 ? "yes" : "no"));
    }
    return Files.write(folder.resolve(name), lines);
  }
}
