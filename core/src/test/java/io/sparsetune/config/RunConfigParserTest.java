package io.sparsetune.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sparsetune.error.ConfigException;
import io.sparsetune.method.Methods;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunConfigParserTest {
  static final String LEAST =
      """
      model: {path: base}
      data: {train: train.jsonl}
      output: runs/demo
      """;

  @Test
  void everyProblemIsReportedAtOnceWithItsPlaceAndTheNearestName() {
    List<String> problems =
        problems(
            """
            model: {path: base, poling: cls}
            task: {metric: matthew}
            data: {train: train.jsonl, max_seq_length: long}
            trainng: {seed: 1}
            training:
              learning_rate: -1
              batch_size: 30
              shuffle: true
            learning_rate: 1e-3
            """);
    assertThat(problems)
        .containsExactlyInAnyOrder(
            "Unknown key model.poling (run.yaml, line 1). Did you mean 'model.pooling'?",
            "Invalid task.metric: 'matthew' (run.yaml, line 2); expected accuracy, f1, f1_macro,"
                + " matthews, pearson, spearman, accuracy_f1, accuracy_f1_macro,"
                + " pearson_spearman",
            "Invalid data.max_seq_length: 'long' (run.yaml, line 3); expected a whole number, 3 or"
                + " more",
            "Unknown key trainng (run.yaml, line 4). Did you mean 'training'?",
            "Invalid training.learning_rate: '-1' (run.yaml, line 6); expected a number above 0",
            "Unknown key training.shuffle (run.yaml, line 8). The known keys are in"
                + " docs/configuration.md",
            "Unknown key learning_rate (run.yaml, line 9). Did you mean 'training.learning_rate'?",
            "Invalid training.batch_size: 30 is not a multiple of training.micro_batch_size 8; a"
                + " micro-batch of 6 would fit",
            "Cannot find output: it has to be given (a path)");
  }

  @Test
  void overridesWinAndAreNamedInProblems() {
    RunConfig config =
        RunConfigParser.parse(
            LEAST,
            "run.yaml",
            List.of(
                "training.lr=5e-4",
                "data.train=[a.csv, b.csv]",
                "model.dropout=0.1",
                "model.dropout.attention=0",
                "training.seed=7"));
    assertThat(config.training().learningRate()).isEqualTo(5e-4);
    assertThat(config.training().seed()).isEqualTo(7);
    assertThat(config.data().train()).containsExactly("a.csv", "b.csv");
    assertThat(config.model().hiddenDropout()).hasValue(0.1);
    assertThat(config.model().attentionDropout()).hasValue(0);
    assertThat(problems(LEAST, "training.sed=7", "seed", "training.seed=x"))
        .containsExactly(
            "Unknown key training.sed (--set training.sed=7). Did you mean 'training.seed'?",
            "Invalid --set seed: expected key=value, such as training.seed=2",
            "Invalid training.seed: 'x' (--set training.seed=x); expected a whole number");
  }

  @Test
  void anOverrideOfNullTakesAKeyBack() {
    String yaml = LEAST + "method: {name: sam, sparsity: 0.01}\n";
    RunConfig config =
        RunConfigParser.parse(
            yaml, "run.yaml", List.of("method.name=bitfit", "method.sparsity=null"));
    assertThat(config.method().name()).isEqualTo("bitfit");
    assertThat(config.method().budget()).isEmpty();
    assertThat(problems(yaml, "method.name=bitfit"))
        .containsExactly(
            "Invalid method.sparsity: '0.01' (run.yaml, line 4): it has no meaning for method.name"
                + " bitfit; remove it");
  }

  @Test
  void namesOfHuggingFaceAreAcceptedWhereTheyMeanTheSame() {
    TrainingConfig training =
        RunConfigParser.parse(
                LEAST
                    + """
                    training: {epochs: 2, lr: 1e-3, evaluation_strategy: steps, eval_steps: 50,
                               warmup_steps: 0.1, max_grad_norm: none}
                    """,
                "run.yaml",
                List.of())
            .training();
    assertThat(training.epochs()).isEqualTo(2);
    assertThat(training.evalSteps()).hasValue(50);
    assertThat(training.warmupRatio()).isEqualTo(0.1);
    assertThat(training.warmupSteps()).isEmpty();
    assertThat(training.maxGradNorm()).isEqualTo(OptionalDouble.empty());
    assertThat(problems(LEAST + "training: {eval_strategy: no}\n"))
        .containsExactly(
            "Invalid training.eval_strategy: 'no' (run.yaml, line 4); expected steps together with"
                + " training.eval_steps, or epoch without it");
    assertThat(problems(LEAST + "training: {lr: 1, learning_rate: 2}\n"))
        .containsExactly(
            "Cannot use training.learning_rate twice: training.learning_rate (run.yaml, line 4)"
                + " means the same as (run.yaml, line 4)");
  }

  @Test
  void namesOfHuggingFaceThatMeanSomethingElseAreExplained() {
    String global =
        ": training.batch_size is the global batch, over all executors, and"
            + " training.micro_batch_size what one thread holds at a time; set those instead";
    assertThat(
            problems(
                LEAST
                    + """
                    training:
                      per_device_train_batch_size: 8
                      gradient_accumulation_steps: 4
                      per_device_eval_batch_size: 8
                    """))
        .containsExactly(
            "Cannot use training.per_device_train_batch_size (run.yaml, line 5)" + global,
            "Cannot use training.gradient_accumulation_steps (run.yaml, line 6)" + global,
            "Cannot use training.per_device_eval_batch_size (run.yaml, line 7):"
                + " training.eval_batch_size is what it means here");
  }

  @Test
  void whatThisVersionDoesNotDoIsSaidSo() {
    assertThat(
            problems(
                LEAST
                    + "training: {bf16: true, save_steps: 100}\n"
                    + "method: {name: magic, round_steps: 7}\n"))
        .containsExactlyInAnyOrder(
            "Cannot use training.bf16 (run.yaml, line 4): bf16: true is"
                + " training.precision: bf16 here, and bf16: false can be left out",
            "Cannot use training.save_steps (run.yaml, line 4): training.save_seconds says"
                + " how often a training's state is saved; set that instead",
            "Cannot use method.round_steps (run.yaml, line 5): method.project_every says it; set"
                + " that instead",
            "Invalid method.name: 'magic' (run.yaml, line 5); expected "
                + String.join(", ", Methods.names()));
  }

  @Test
  void valuesHaveToFitEachOther() {
    assertThat(
            problems(
                """
                model: {path: base}
                task: {type: regression, metric: f1, labels: [a, b], label: text}
                data: {train: [], validation: 1.5}
                method: {sparsity: 0.1, k: 5, samples: 10}
                output: runs/demo
                """))
        .containsExactlyInAnyOrder(
            "Invalid task.metric: 'f1' (run.yaml, line 2): it does not fit task.type regression",
            "Invalid task.labels: a list (run.yaml, line 2): regression has no list of labels",
            "Invalid task columns: task.text, task.text_pair and task.label have to be different"
                + " columns",
            "Invalid data.train: a list (run.yaml, line 3): expected a path or glob, or a list of"
                + " them, not an empty one",
            "Invalid data.validation: '1.5' (run.yaml, line 3): expected a share of the training"
                + " data in [0, 1), or paths",
            "Invalid method.k: '5' (run.yaml, line 4): give either method.sparsity or method.k,"
                + " not both",
            "Invalid method.samples: '10' (run.yaml, line 4): it has no meaning for method.name"
                + " sam; remove it");
    assertThat(problems(LEAST + "task: {labels: [a, b, a]}\n"))
        .containsExactly(
            "Invalid task.labels: a list (run.yaml, line 4): expected at least two labels, each"
                + " once");
    assertThat(problems(LEAST + "task: {labels: [a, b, c], metric: f1}\n"))
        .containsExactly(
            "Invalid task.metric: 'f1' (run.yaml, line 4): it is for two labels, task.labels has"
                + " 3; use f1_macro");
  }

  @Test
  void numbersAreReadAsPeopleWriteThem() {
    RunConfig config =
        RunConfigParser.parse(
            LEAST,
            "run.yaml",
            List.of("method.sparsity=.005", "training.max_steps=1e4", "training.batch_size=1_024"));
    assertThat(config.method().budget().orElseThrow().sparsity()).hasValue(0.005);
    assertThat(config.training().maxSteps()).isEqualTo(OptionalInt.of(10_000));
    assertThat(config.training().batchSize()).isEqualTo(1024);
    assertThat(
            problems(
                LEAST,
                "training.max_steps=1.5",
                "training.batch_size=0",
                "training.learning_rate=NaN",
                "training.adam_beta1=1e999",
                "training.load_best_model_at_end=yes"))
        .hasSize(5)
        .allMatch(problem -> problem.startsWith("Invalid training."));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '§',
      value = {
        "model: {path: {{ base }}}|{{ … }} is a template that nothing has filled in",
        "{{|{{ … }} is a template",
        "model: ¤|it has a control character; in double quotes it can be written",
        "model: @x|a value begins with a character that YAML keeps for itself",
        "model: `x|a value begins with a character that YAML keeps for itself",
        "model: %x|a value begins with a character that YAML keeps for itself",
        "model: a: b|a colon and a blank stand in a value",
        "model: [a, b|a comma or a closing bracket is missing",
        "model: 'a|a quote is opened and not closed",
        "model: \"\\q\"|a backslash in double quotes stands before a character that needs none",
        "model: \"\\xq\"|a backslash in double quotes is followed by no such number",
        "model: ]|a value is missing, or a bracket closes too early",
        "? [a]¶: b|a key is a list or a section",
        "model:¶  a: 1¶ b: 2|a line is indented otherwise than those around it",
        "model: &|it has a broken anchor",
        "model: *|it has a broken anchor",
        "model: !<|it has a tag (!)",
        "%YAML 9.9¶---¶a: b|Cannot",
        "a¶b: c|Cannot",
        "- a¶b: c|Cannot",
        "'a' 'b': c|Cannot",
      })
  void whatIsWrongWithYamlIsSaidWithoutTheParsersWords(String yaml, String problem) {
    assertThat(problems(yaml.replace('¶', '\n').replace('¤', '\u0007')))
        .singleElement()
        .asString()
        .startsWith("run.yaml: ")
        .contains(problem)
        .doesNotContainIgnoringCase("snakeyaml")
        .doesNotContain("fasterxml", "Event", "while ", "found ", "Source:", "expected '");
  }

  @Test
  void anUnknownKeyIsComparedInItsOwnSection() {
    assertThat(problems(LEAST, "trainng.loss=1", "training.loss=1", "trainng.sede=1"))
        .containsExactly(
            "Unknown key trainng.loss (--set trainng.loss=1). The known keys are in"
                + " docs/configuration.md",
            "Unknown key training.loss (--set training.loss=1). The known keys are in"
                + " docs/configuration.md",
            "Unknown key trainng.sede (--set trainng.sede=1). Did you mean 'training.seed'?");
  }

  @Test
  void brokenYamlIsRefusedWithItsLine() {
    assertThat(problems("model: {path: base\ndata: x: y"))
        .singleElement()
        .asString()
        .startsWith("run.yaml: Cannot read as YAML (line ");
    assertThat(problems("model: {path: base}\n\tdata: x\n"))
        .containsExactly(
            "run.yaml: Cannot read as YAML (line 2): a tab stands where YAML has blanks");
    assertThat(problems("model: {path: a}\nmodel: {path: b}\n"))
        .containsExactly("run.yaml: Cannot use this YAML (line 2): it has the key 'model' twice");
    assertThat(problems("model: &a {path: x}\ndata: *a\n"))
        .containsExactly(
            "run.yaml: Cannot use this YAML (line 2): it refers to an anchor (*a); write the value"
                + " itself");
    assertThat(problems("a: 1\n---\nb: 2\n"))
        .singleElement()
        .asString()
        .endsWith("it holds more than one YAML document");
    assertThat(problems("- a\n"))
        .singleElement()
        .asString()
        .isEqualTo(
            "run.yaml: Cannot find any section; expected keys such as model.path and data.train");
    assertThat(problems("[".repeat(40)))
        .singleElement()
        .asString()
        .contains("nested deeper than 16 levels");
    assertThat(problems("a: " + "x".repeat(1 << 20)))
        .singleElement()
        .asString()
        .startsWith("run.yaml: Cannot read 1048579 characters");
    assertThat(problems("training: 3\n"))
        .first()
        .asString()
        .isEqualTo(
            "Invalid training: '3' (run.yaml, line 1); expected a section with keys such as"
                + " training.learning_rate");
  }

  @Test
  void longValuesAreShownInPart() {
    String cut = "x".repeat(200) + "…";
    assertThat(problems(LEAST, "method.name=" + "x".repeat(100_000)))
        .singleElement()
        .asString()
        .startsWith("Invalid method.name: '" + cut + "' (--set method.name=")
        .hasSizeLessThan(1000);
    assertThat(problems(LEAST + "x".repeat(1000) + ": 1\n"))
        .singleElement()
        .asString()
        .startsWith("Unknown key " + cut)
        .hasSizeLessThan(1000);
  }

  @Test
  void aFileThatIsNotThereIsNamed(@TempDir Path folder) throws IOException {
    Path missing = folder.resolve("none.yaml");
    assertThatThrownBy(() -> RunConfigParser.read(missing, List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Cannot read the configuration " + missing + ": no such file");
    assertThatThrownBy(() -> RunConfigParser.read(folder, List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Cannot read the configuration " + folder + ": it is a folder");
    Path there = Files.writeString(folder.resolve("run.yaml"), LEAST);
    assertThat(RunConfigParser.read(there, List.of()).output()).isEqualTo("runs/demo");
  }

  static List<String> problems(String yaml, String... overrides) {
    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class,
            () -> RunConfigParser.parse(yaml, "run.yaml", List.of(overrides)));
    assertThat(refused).as("refusal of " + yaml).isNotNull();
    return refused.problems();
  }
}
