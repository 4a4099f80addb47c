package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.store.RoundFolder;
import io.sparsetune.store.RoundStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SavedRoundsTest {
  private static final String FOLDER = "/some/where/checkpoints";
  private final List<String> warnings = new ArrayList<>();

  private RoundStore store(String folder, boolean oneMachine) {
    ClusterShape cluster =
        new ClusterShape(false, oneMachine, OptionalInt.of(2), OptionalInt.of(4), 1);
    return SavedRounds.in(
        folder, new Configuration(), cluster, "run", Duration.ofMinutes(10), warnings::add);
  }

  @Test
  void onOneMachineALocalFolderServes() {
    assertThat(store(FOLDER, true)).isInstanceOf(RoundFolder.class);
    assertThat(warnings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {FOLDER, "file://" + FOLDER})
  void onSeveralMachinesNothingIsSavedOnALocalDiskAndThatIsSaid(String folder) {
    assertThat(store(folder, false)).isSameAs(RoundStore.NONE);
    assertThat(warnings)
        .containsExactly(
            "Dense rounds are not saved: /some/where/checkpoints is on a local disk, and each"
                + " executor would write on that of its own machine; a round that is interrupted"
                + " begins again. Give an output that every machine sees (hdfs://, s3a://, …)");
  }
}
