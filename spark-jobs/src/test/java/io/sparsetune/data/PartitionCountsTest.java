package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartitionCountsTest {

  @Test
  void aPartitionThatIsComputedTwiceCountsOnce() {
    PartitionCounts driver = new PartitionCounts();
    driver.merge(task(0, 3));
    driver.merge(task(2, 5));
    driver.merge(task(0, 3));
    assertThat(driver.value()).isEqualTo(8);
    assertThat(driver.copyAndReset().isZero()).isTrue();
    assertThat(driver.copy().value()).isEqualTo(8);
  }

  @Test
  void whatATaskFoundBeforeItFailedIsPartOfWhatItsRetryFinds() {
    PartitionCounts driver = new PartitionCounts();
    driver.merge(task(1, 2));
    driver.merge(task(1, 7));
    driver.merge(task(1, 4));
    assertThat(driver.value()).isEqualTo(7);
  }

  /** What a task sends, having found so many in its partition. */
  private static PartitionCounts task(int partition, int count) {
    PartitionCounts own = new PartitionCounts();
    for (int i = 0; i < count; i++) {
      own.add(partition);
    }
    return own;
  }
}
