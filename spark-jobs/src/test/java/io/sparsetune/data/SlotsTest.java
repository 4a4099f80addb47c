package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class SlotsTest {

  @Test
  void aLocalMasterHasItsThreads() {
    assertThat(Slots.of(conf("spark.master", "local[6]"), 6)).isEqualTo(6);
    assertThat(Slots.of(conf("spark.master", "local[6]", "spark.task.cpus", "2"), 6)).isEqualTo(3);
  }

  @Test
  void executorsCountBeforeTheyAreThere() {
    assertThat(Slots.of(conf("spark.master", "local-cluster[3, 2, 1024]"), 2)).isEqualTo(6);
    assertThat(
            Slots.of(
                conf(
                    "spark.master",
                    "yarn",
                    "spark.executor.instances",
                    "4",
                    "spark.executor.cores",
                    "5"),
                2))
        .isEqualTo(20);
    assertThat(Slots.of(conf("spark.master", "spark://host:7077", "spark.cores.max", "12"), 2))
        .isEqualTo(12);
  }

  @Test
  void dynamicAllocationCountsWithItsMost() {
    String[] keyValues = {
      "spark.master", "yarn",
      "spark.dynamicAllocation.enabled", "true",
      "spark.dynamicAllocation.maxExecutors", "10",
      "spark.executor.cores", "4"
    };
    assertThat(Slots.of(conf(keyValues), 2)).isEqualTo(40);
    assertThat(Slots.of(conf("spark.master", "yarn", "spark.dynamicAllocation.enabled", "true"), 7))
        .isEqualTo(7);
  }

  @Test
  void idleSlotsAreSaidWithTheSizesThatWouldUseThem() {
    assertThat(Slots.advice(4, 32, 8)).isEmpty();
    assertThat(Slots.advice(6, 32, 8))
        .contains(
            "A batch has 4 micro-batches, so only 4 of the cluster's 6 slots have work in a step;"
                + " training.batch_size 48 would use them all, or training.micro_batch_size 4"
                + " (either changes the result)");
    assertThat(Slots.advice(6, 4, 1))
        .contains(
            "A batch has 4 micro-batches, so only 4 of the cluster's 6 slots have work in a step;"
                + " training.batch_size 6 would use them all (which changes the result)");
  }

  private static SparkConf conf(String... keyValues) {
    SparkConf conf = new SparkConf(false);
    for (int i = 0; i < keyValues.length; i += 2) {
      conf.set(keyValues[i], keyValues[i + 1]);
    }
    return conf;
  }
}
