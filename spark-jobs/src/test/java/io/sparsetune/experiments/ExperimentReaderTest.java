package io.sparsetune.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sparsetune.error.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentReaderTest {
  private static final String DEFAULTS =
      """
      model: {path: base}
      data: {train: train.jsonl}
      training: {learning_rate: 1e-3, num_train_epochs: 1}
      output: runs/all
      """;

  @TempDir private Path folder;

  @Test
  void filesAndTheGridAreCellsOverTheDefaults() throws IOException {
    write("defaults.yaml", DEFAULTS);
    write("grid.yaml", "methods: {sam: {method: {name: sam}}}\nsparsities: [.005, 2e-2]\n");
    write("fisher/few.yaml", "method: {name: fisher, samples: 16}\n");
    write("empty.yml", "# the defaults\n");
    write("notes.md", "no cell");
    write(".hidden/x.yaml", "no cell");
    Experiments experiments = read();
    assertThat(experiments.output()).isEqualTo("runs/all");
    assertThat(experiments.cells())
        .extracting(Cell::name)
        .containsExactly("sam-p0.005", "sam-p0.02", "empty", "fisher/few");
    Cell fisher = experiments.cells().get(3);
    assertThat(fisher.config().output()).isEqualTo("runs/all/fisher/few");
    assertThat(fisher.config().training().epochs()).isEqualTo(1);
    assertThat(fisher.method()).isEqualTo("fisher/few");
    assertThat(experiments.cells())
        .extracting(Cell::budget)
        .containsExactly("0.005", "0.02", "0.005", "0.005");
  }

  @Test
  void filesOfSeedsHaveALineTogetherIfTheSeedIsAllThatDiffers() throws IOException {
    write("defaults.yaml", DEFAULTS);
    write("a/seed-1.yaml", "training: {seed: 1}\n");
    write("a/seed-2.yaml", "training: {seed: 2}\n");
    write("b/seed-1.yaml", "training: {seed: 1}\n");
    write("b/seed-2.yaml", "training: {seed: 2, learning_rate: 2e-3}\n");
    write("c/seed-7.yaml", "training: {seed: 8}\n");
    assertThat(read().cells())
        .extracting(Cell::line)
        .containsExactly("a", "a", "b/seed-1", "b/seed-2", "c/seed-7");
  }

  @Test
  void aConfigurationIsTheCellsWhateverItsOutput() throws IOException {
    write("defaults.yaml", DEFAULTS);
    write("a.yaml", "");
    write("b.yaml", "training: {logging_steps: 3}\n");
    write("c.yaml", "data: {train: other.jsonl}\n");
    List<Cell> cells = read().cells();
    assertThat(cells.get(0).differences(cells.get(1).config())).isEmpty();
    assertThat(cells.get(0).differences(cells.get(2).config()))
        .containsExactly("data.train [other.jsonl], not [train.jsonl]");
  }

  @Test
  void allProblemsOfAllCellsAreFoundAtOnce() throws IOException {
    write("defaults.yaml", DEFAULTS + "task: {metrc: f1}\n");
    write("grid.yaml", "methods: {sam: {method: {name: sma}}}\nseeds: [1, 2, x]\n");
    write("a.yaml", "training: {learning_rate: -1}\noutput: elsewhere\n");
    write("b.yaml", "method: {name: bitfit, sparsity: 0.1}\n");
    write("c c.yaml", "training: {seed: 3}\n");
    write("broken.yaml", "training: {seed: [\n");
    assertThat(problems())
        .hasSize(7)
        .contains(
            "Invalid seeds: 'x' (grid.yaml, line 2); expected whole numbers",
            "Invalid training.learning_rate: '-1' (a.yaml, line 1); expected a number above 0 [a]",
            "Cannot use output (a.yaml, line 2): all runs go below the output of defaults.yaml;"
                + " remove it",
            "Unknown key task.metrc (defaults.yaml, line 5). Did you mean 'task.metric'?",
            "Invalid method.sparsity: '0.1' (b.yaml, line 1): it has no meaning for method.name"
                + " bitfit; remove it [b]",
            "Invalid file name c c.yaml: letters, digits and ._+=- only: it becomes the name of the"
                + " run's folder")
        .anyMatch(problem -> problem.startsWith("broken.yaml: Cannot read as YAML (line "));
  }

  @Test
  void namesMustNotMeet() throws IOException {
    write("defaults.yaml", DEFAULTS);
    write("grid.yaml", "methods: {sam: {method: {name: sam}}}\n");
    write("sam.yaml", "");
    write("a.yaml", "");
    write("a/b.yaml", "");
    assertThat(problems())
        .containsExactly(
            "Cannot use the names a and a/b together: one run's folder would lie in the other's;"
                + " rename one",
            "Cannot use the name sam for two cells; rename one");
  }

  @Test
  void aFolderWithoutWhatIsNeededIsRefused() throws IOException {
    assertThatThrownBy(() -> Experiments.read(folder + "/none", List.of(), new Configuration()))
        .hasMessage("Cannot read the experiments " + folder + "/none: there is no such folder");
    assertThat(problems())
        .containsExactly(
            "Cannot find defaults.yaml in %s: it has what all cells share, and output, the folder that their runs go into"
                .formatted(folder));
    write("defaults.yaml", DEFAULTS);
    assertThat(problems())
        .containsExactly(
            "Cannot find any cell in %s: add grid.yaml, or a file for each cell with what differs from defaults.yaml"
                .formatted(folder));
    write("defaults.yaml", DEFAULTS.replace("output: runs/all", ""));
    write("a.yaml", "");
    assertThat(problems())
        .containsExactly(
            "Cannot find output in defaults.yaml: it has to be given (the folder that all runs go"
                + " into)");
  }

  @Test
  void cellsAreChosenByPatterns() throws IOException {
    write("defaults.yaml", DEFAULTS);
    write("grid.yaml", "methods: {sam: , random: {method: {name: random}}}\nseeds: [1, 2]\n");
    Experiments experiments = read();
    assertThat(experiments.named(List.of())).hasSize(4);
    assertThat(experiments.named(List.of("sam*", "random/seed-2")))
        .extracting(Cell::name)
        .containsExactly("sam/seed-1", "sam/seed-2", "random/seed-2");
    assertThatThrownBy(() -> experiments.named(List.of("sam*", "Sam")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid --only Sam: no cell has such a name; there are sam/seed-1, sam/seed-2,"
                + " random/seed-1, random/seed-2");
  }

  @Test
  void theCommandLineOverridesTheDefaultsAndCellsOverrideBoth() throws IOException {
    write("defaults.yaml", DEFAULTS);
    write("a.yaml", "training: {seed: 5}\n");
    write("b.yaml", "");
    Experiments experiments =
        Experiments.read(
            folder.toString(), List.of("training.seed=3", "output=elsewhere"), new Configuration());
    assertThat(experiments.output()).isEqualTo("elsewhere");
    assertThat(experiments.cells()).extracting(Cell::seed).containsExactly(5L, 3L);
    assertThat(experiments.cells().get(0).config().output()).isEqualTo("elsewhere/a");
    assertThatThrownBy(
            () -> Experiments.read(folder.toString(), List.of("seed"), new Configuration()))
        .hasMessage("Invalid --set seed: expected key=value, such as training.seed=2");
    for (String nothing : List.of("output=", "output= ", "output=''", "output=[a]")) {
      assertThatThrownBy(
              () -> Experiments.read(folder.toString(), List.of(nothing), new Configuration()))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Invalid output (--set %s): expected a path, the folder that all runs go into",
              nothing);
    }
  }

  private Experiments read() {
    return Experiments.read(folder.toString(), List.of(), new Configuration());
  }

  private List<String> problems() {
    return catchThrowableOfType(ConfigException.class, this::read).problems();
  }

  private void write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
