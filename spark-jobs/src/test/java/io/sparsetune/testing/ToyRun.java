package io.sparsetune.testing;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The golden tiny BERT and made-up rows of every length up to the model's longest, in a folder:
 * {@code model/}, {@code train.jsonl}, {@code ten/}, {@code validation.jsonl}, {@code run.yaml}.
 */
public final class ToyRun {
  private static final int LABELS = 3;
  private final Path folder;

  private ToyRun(Path folder) {
    this.folder = folder;
  }

  /** Lays everything out. 211 rows in 4 shards of micro-batches of 5: the last batch is ragged. */
  public static ToyRun in(Path folder, double dropout) throws IOException {
    Files.createDirectories(folder);
    int words = TestModels.golden(folder.resolve("model"), dropout);
    int longest = TestModels.goldenMaxTokens() - 2;
    List<String> train = ToyRows.jsonLines(211, words, longest, LABELS, 1);
    ToyRows.oneFile(folder.resolve("train.jsonl"), train);
    ToyRows.tenFiles(folder.resolve("ten"), train);
    ToyRows.oneFile(
        folder.resolve("validation.jsonl"), ToyRows.jsonLines(53, words, longest, LABELS, 2));
    ToyRun run = new ToyRun(folder);
    Files.writeString(folder.resolve("run.yaml"), run.yaml());
    return run;
  }

  private String yaml() throws IOException {
    return """
        model: {path: '%1$s/model'}
        task: {text: text, label: label, metric: accuracy}
        data: {train: '%1$s/train.jsonl', validation: '%1$s/validation.jsonl', max_seq_length: %2$d}
        method: {name: sam, sparsity: 0.05, score_steps: 5}
        training:
          {learning_rate: 1e-2, max_steps: 33, batch_size: 20, micro_batch_size: 5, eval_batch_size: 7,
           eval_steps: 12, logging_steps: 5, seed: 7}
        output: '%1$s/run'
        """
        .formatted(folder, TestModels.goldenMaxTokens());
  }

  /** The text of a configuration that finds everything in another place, where a copy is. */
  public String movedTo(String place) throws IOException {
    return Files.readString(file()).replace(folder.toString(), place);
  }

  public Path folder() {
    return folder;
  }

  public Path file() {
    return folder.resolve("run.yaml");
  }

  /** The configuration with changes, each {@code key=value}. */
  public RunConfig config(String... overrides) {
    return RunConfigParser.read(file(), List.of(overrides));
  }
}
