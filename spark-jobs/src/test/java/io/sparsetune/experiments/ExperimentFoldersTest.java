package io.sparsetune.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.method.Methods;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

/** The folders that come with the project. */
class ExperimentFoldersTest {
  /** A mask file has to be there first, and child_f is a way to train rather than a mask. */
  private static final Set<String> NOT_COMPARED = Set.of("file", "child_f");

  @Test
  void theQuickStartComparesEveryMethodOverThreeSeeds() {
    List<Cell> cells = cells("quickstart");
    Set<String> compared =
        cells.stream().map(cell -> cell.config().method().name()).collect(Collectors.toSet());
    Set<String> all = new TreeSet<>(Methods.names());
    all.removeAll(NOT_COMPARED);
    assertThat(compared).isEqualTo(all);
    assertThat(cells).hasSize(3 * all.size());
    assertThat(cells)
        .allSatisfy(
            cell -> {
              assertThat(cell.config().data().maxTrainSamples()).hasValue(6000);
              assertThat(cell.config().training().epochs()).isEqualTo(1);
              assertThat(cell.budget()).isIn("", "0.02");
            });
  }

  @Test
  void glueIsTwoTasksAtTwoBudgets() {
    List<Cell> cells = cells("glue");
    assertThat(cells)
        .extracting(Cell::line)
        .contains("cola/sam-p0.005", "cola/sam-p0.02", "rte/random-p0.02", "rte/full")
        .doesNotHaveDuplicates();
    assertThat(cells)
        .allSatisfy(cell -> assertThat(cell.config().data().maxTrainSamples()).hasValue(2000));
  }

  private static List<Cell> cells(String name) {
    return Experiments.read(
            Path.of("../conf/experiments", name).toString(), List.of(), new Configuration())
        .cells();
  }
}
