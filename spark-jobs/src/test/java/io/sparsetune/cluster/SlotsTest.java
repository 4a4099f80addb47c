package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SlotsTest {
  private static final Slots UNKNOWN = new Slots(OptionalInt.empty(), 2, false);

  @Test
  void everyShardHasATaskUnlessThereAreFewerSlots() {
    assertThat(slots(6).forShards(4)).isEqualTo(4);
    assertThat(slots(6).forShards(32)).isEqualTo(6);
    assertThat(UNKNOWN.forShards(32)).isEqualTo(32);
  }

  @Test
  void rowsAreSpreadOverAllSlotsOrWhereNobodyKnowsThemOverTasksWithEnoughToDo() {
    assertThat(slots(6).forRows(100)).isEqualTo(6);
    assertThat(slots(6).forRows(3)).isEqualTo(3);
    assertThat(UNKNOWN.forRows(100)).isEqualTo(2);
    assertThat(UNKNOWN.forRows(25_600)).isEqualTo(101);
    assertThat(UNKNOWN.forRows(1L << 40)).isEqualTo(1024);
    assertThat(UNKNOWN.forRows(0)).isEqualTo(1);
  }

  @Test
  void idleSlotsAreSaidWithTheSizesThatWouldUseThem() {
    assertThat(UNKNOWN.advice(32, 8)).isEmpty();
    assertThat(slots(4).advice(32, 8)).isEmpty();
    assertThat(slots(6).advice(32, 8))
        .contains(
            "A batch has 4 micro-batches, so only 4 of the cluster's 6 slots have work in a step;"
                + " training.batch_size 48 would use them all, or training.micro_batch_size 4"
                + " (either changes the result)");
    assertThat(slots(6).advice(4, 1))
        .contains(
            "A batch has 4 micro-batches, so only 4 of the cluster's 6 slots have work in a step;"
                + " training.batch_size 6 would use them all (which changes the result)");
  }

  @Test
  void oneProcessHasOneTaskForTheShards() {
    Slots eight = new Slots(OptionalInt.of(8), 8, true);
    assertThat(eight.forShards(16)).isEqualTo(1);
    assertThat(eight.forRows(100_000)).isEqualTo(8);
    assertThat(eight.advice(32, 8).orElseThrow()).contains("only 4 of the 8 cores have work");
  }

  private static Slots slots(int known) {
    return new Slots(OptionalInt.of(known), 2, false);
  }
}
