package io.sparsetune.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sparsetune.error.ConfigException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigGridTest {
  private static final ConfigLayer DEFAULTS =
      ConfigLayer.read(RunConfigParserTest.LEAST, "defaults.yaml");

  @Test
  void everyCombinationIsACellAndABudgetIsForMethodsThatHaveOne() {
    List<ConfigGrid.Cell> cells =
        cells(
            """
            tasks:
              cola: {task: {metric: matthews}}
              rte: {data: {max_seq_length: 64}}
            methods:
              sam: {method: {name: sam}}
              all: {method: {name: full}, training: {lr: 1e-5}}
              own: {method: {name: random, k: 5000}}
            sparsities: [5e-3, .02]
            seeds: [2, -1]
            """);
    assertThat(cells)
        .extracting(ConfigGrid.Cell::name)
        .hasSize(16)
        .startsWith(
            "cola/sam-p0.005/seed-2",
            "cola/sam-p0.005/seed--1",
            "cola/sam-p0.02/seed-2",
            "cola/sam-p0.02/seed--1",
            "cola/all/seed-2",
            "cola/all/seed--1",
            "cola/own/seed-2",
            "cola/own/seed--1",
            "rte/sam-p0.005/seed-2");
    RunConfig config = resolved(cells.get(3));
    assertThat(config.task().metric().key()).isEqualTo("matthews");
    assertThat(config.method().budget().orElseThrow().sparsity()).hasValue(0.02);
    assertThat(config.training().seed()).isEqualTo(-1);
    assertThat(config.data().train()).containsExactly("train.jsonl");
    assertThat(resolved(cells.get(4)).training().learningRate()).isEqualTo(1e-5);
    assertThat(resolved(cells.get(6)).method().budget().orElseThrow().k()).hasValue(5000);
    assertThat(cells.get(8).line()).isEqualTo("rte/sam-p0.005");
    assertThat(cells.get(8).task()).isEqualTo("rte");
  }

  @Test
  void axesThatAreNotThereHaveNoPartInTheNames() {
    assertThat(cells("seeds: [1, 2]\n"))
        .extracting(ConfigGrid.Cell::name)
        .containsExactly("seed-1", "seed-2");
    assertThat(cells("sparsities: [1]\n")).extracting(ConfigGrid.Cell::name).containsExactly("p1");
  }

  @Test
  void aVariantWithoutABudgetHasNoSparsities() {
    List<ConfigGrid.Cell> cells =
        cells(
            """
            methods:
              lee: {method: {name: mixout, variant: lee}}
              mixout: {method: {name: mixout}}
            sparsities: [0.1, 0.2]
            """);
    assertThat(cells)
        .extracting(ConfigGrid.Cell::name)
        .containsExactly("lee", "mixout-p0.1", "mixout-p0.2");
    assertThat(resolved(cells.get(0)).method().budget()).isEmpty();
  }

  @Test
  void aVariantThatIsTakenBackHasItsBudgetAgain() {
    ConfigLayer lee = ConfigLayer.read("method: {name: mixout, variant: lee}\n", "defaults.yaml");
    assertThat(
            ConfigGrid.cells(
                """
                methods: {lee: , paper: {method: {variant: null}}}
                sparsities: [0.1]
                """,
                "grid.yaml",
                List.of(DEFAULTS, lee)))
        .extracting(ConfigGrid.Cell::name)
        .containsExactly("lee", "paper-p0.1");
  }

  @Test
  void twoCellsOfOneNameAreRefused() {
    assertThat(
            catchThrowableOfType(
                    ConfigException.class,
                    () ->
                        cells(
                            """
                            methods:
                              sam: {method: {name: sam}}
                              sam-p0.1: {method: {name: sam, sparsity: 0.2}}
                            sparsities: [0.1]
                            """))
                .problems())
        .containsExactly(
            "Two cells have the name sam-p0.1 (grid.yaml): call one of their methods otherwise");
  }

  @Test
  void aLayerMayTakeBackWhatTheDefaultsSay() {
    ConfigLayer defaults =
        ConfigLayer.read(
            RunConfigParserTest.LEAST + "method: {name: sam, score_steps: 3}\n", "defaults.yaml");
    List<ConfigGrid.Cell> cells =
        ConfigGrid.cells(
            "methods: {bitfit: {method: {name: bitfit, score_steps: null}}, same: }\n"
                + "sparsities: [0.1]",
            "grid.yaml",
            List.of(defaults));
    assertThat(cells).extracting(ConfigGrid.Cell::name).containsExactly("bitfit", "same-p0.1");
    List<ConfigLayer> layers = new ArrayList<>(List.of(defaults));
    layers.addAll(cells.get(0).layers());
    assertThat(RunConfigParser.parse(layers).method().name()).isEqualTo("bitfit");
  }

  @Test
  void everyProblemIsReportedAtOnce() {
    ConfigException refused =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                cells(
                    """
                    method: {sam: }
                    tasks: [cola]
                    methods:
                      a/b: {method: {name: sam}}
                      sam: sam
                    sparsities: [0, 0.1, 1e-1]
                    seeds: 3
                    """));
    assertThat(refused.problems())
        .containsExactly(
            "Unknown axis 'method' (grid.yaml, line 1); a grid has tasks, methods, sparsities,"
                + " seeds. Did you mean 'methods'?",
            "Invalid tasks: a list (grid.yaml, line 2); expected names, each with what it changes"
                + " in the defaults",
            "Invalid name in methods: 'a/b' (grid.yaml, line 4); letters, digits and ._+=- only: it"
                + " becomes a folder's",
            "Invalid methods.sam: 'sam' (grid.yaml, line 5); expected sections with keys, such as"
                + " {method: {name: sam}}",
            "Invalid sparsities: '0' (grid.yaml, line 6); expected numbers in (0, 1]",
            "Invalid sparsities: 0.1 is there twice (grid.yaml)",
            "Invalid seeds: '3' (grid.yaml, line 7); expected a list of numbers, such as [1, 2,"
                + " 3]");
  }

  private static List<ConfigGrid.Cell> cells(String yaml) {
    return ConfigGrid.cells(yaml, "grid.yaml", List.of(DEFAULTS));
  }

  private static RunConfig resolved(ConfigGrid.Cell cell) {
    List<ConfigLayer> layers = new ArrayList<>(List.of(DEFAULTS));
    layers.addAll(cell.layers());
    return RunConfigParser.parse(layers);
  }
}
