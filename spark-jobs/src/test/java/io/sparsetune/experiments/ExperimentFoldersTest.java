package io.sparsetune.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.method.Methods;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

/** The folders that come with the project. */
class ExperimentFoldersTest {
  @Test
  void theQuickStartComparesEveryMethodOverThreeSeeds() {
    List<Cell> cells = cells("quickstart");
    Map<String, Long> seeds =
        cells.stream()
            .collect(
                Collectors.groupingBy(
                    cell -> cell.config().method().name(), Collectors.counting()));
    List<String> compared = new ArrayList<>(Methods.names());
    // A mask file has to be there first; child_f is full with another gradient.
    compared.removeAll(List.of("file", "child_f"));
    assertThat(seeds.keySet()).containsExactlyInAnyOrderElementsOf(compared);
    assertThat(seeds.values()).containsOnly(3L);
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
