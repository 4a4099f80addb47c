package io.sparsetune.fuzz;

import static io.sparsetune.fuzz.FuzzTarget.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.config.ConfigGrid;
import io.sparsetune.config.ConfigLayer;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.files.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Configurations, their settings, and grids of them. */
class ConfigurationFuzzTest {
  private static final String RUN =
      """
      model: {path: 'file:///m', pooling: mean, dropout: {hidden: 0.1, attention: 0}}
      task: {type: classification, text: a, text_pair: b, label: c, labels: [x, 'y', 3]}
      data: {train: [a.jsonl, b.jsonl], validation: 0.2, test: t.csv, max_seq_length: 64}
      method: {name: sam, sparsity: 0.02, scope: global, include: [encoder.layer.*]}
      training: {learning_rate: 1e-3, num_train_epochs: 2, batch_size: 32, seed: 1}
      output: out
      """;
  private static final String LORA_RUN =
      """
      model: {path: m}
      task: {type: multiple_choice, text: p, question: q, choices: [c1, c2, c3]}
      data: {train: a.parquet}
      method: {name: lora, target_modules: [query, value], r: 8, lora_alpha: 16}
      training: {learning_rate: 1e-4, max_steps: 10, optimizer: sgd, momentum: 0.9}
      output: o
      """;
  private static final String GRID =
      """
      tasks:
        cola: {task: {metric: matthews}}
        rte: {task: {text: a, text_pair: b}}
      methods:
        sam: {}
        full: {method: {name: full}}
      sparsities: [0.005, 0.02, 1e-1]
      seeds: [1, 2, 3]
      """;
  private static final String SMALLEST = "model: {path: m}\ndata: {train: t}\noutput: o\n";

  private static final List<String> RUN_KEYS =
      List.of(
          "model.path",
          "model.pooling",
          "model.dropout.hidden",
          "task.type",
          "task.text",
          "task.text_pair",
          "task.labels",
          "task.metric",
          "task.choices",
          "data.train",
          "data.validation",
          "data.format",
          "data.max_seq_length",
          "data.on_bad_row",
          "method.name",
          "method.sparsity",
          "method.k",
          "method.scope",
          "method.include",
          "method.rounds",
          "method.target_modules",
          "method.path",
          "method.variant",
          "training.learning_rate",
          "training.lr",
          "training.max_steps",
          "training.batch_size",
          "training.eval_steps",
          "training.seed",
          "training.precision",
          "training.optimizer",
          "training.early_stopping_patience",
          "output",
          "save_steps",
          "tasks",
          "methods",
          "seeds");

  @TestFactory
  Stream<DynamicTest> aConfigurationIsReadOrRefused() {
    return Fuzzer.tests(3, List.of(run(), settings(), grid()));
  }

  private FuzzTarget run() {
    return new FuzzTarget(
        "configuration",
        "",
        texts(RUN, LORA_RUN),
        new YamlMutation(RUN_KEYS),
        input -> written(RunConfigParser.parse(text(input), "run.yaml", List.of())));
  }

  /** Each line of the input is one {@code --set}. */
  private FuzzTarget settings() {
    return new FuzzTarget(
        "settings",
        "",
        texts("training.seed=1\nmethod.name=lora", "data.train=[a, b]\ntask.labels=[x, y]"),
        ByteMutation.BYTES,
        input ->
            written(RunConfigParser.parse(SMALLEST, "run.yaml", text(input).lines().toList())));
  }

  private FuzzTarget grid() {
    List<ConfigLayer> defaults = List.of(ConfigLayer.read(SMALLEST, "defaults.yaml"));
    return new FuzzTarget(
        "grid",
        "",
        texts(GRID),
        new YamlMutation(RUN_KEYS),
        input ->
            ConfigGrid.cells(text(input), "grid.yaml", defaults)
                .forEach(cell -> assertThat(cell.name().split("/")).allMatch(ConfigGrid::isName)));
  }

  /** A configuration that is written and read, as run.json has it, is the same. */
  private static void written(RunConfig config) {
    String json = new ObjectMapper().valueToTree(RunConfigWriter.toMap(config)).toString();
    assertThat(
            RunConfigParser.parse(StrictJson.parseObject("run.json", json), "run.json", List.of()))
        .isEqualTo(config);
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.UTF_8);
  }
}
