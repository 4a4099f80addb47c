package io.sparsetune.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ClusterShapeTest {
  private static final String MASTER = "spark.master";
  private static final String EACH = "spark.executor.cores";
  private static final String DYNAMIC = "spark.dynamicAllocation.enabled";
  private static final String MOST = "spark.dynamicAllocation.maxExecutors";

  @Test
  void aLocalMasterIsOneProcessWithItsThreads() {
    ClusterShape six = shape(6, MASTER, "local[6]");
    assertThat(six.oneProcess()).isTrue();
    assertThat(six.oneMachine()).isTrue();
    assertThat(six.slots()).hasValue(6);
    assertThat(shape(6, MASTER, "local[6]", "spark.task.cpus", "4").slots()).hasValue(1);
  }

  @Test
  void inOneProcessTasksHaveTheThreadsThatNoTaskWouldHave() {
    ClusterShape six = shape(6, MASTER, "local[6]");
    assertThat(six.threadsOfEach(1)).isEqualTo(6);
    assertThat(six.threadsOfEach(4)).isEqualTo(1);
    assertThat(six.threadsOfEach(9)).isEqualTo(1);
    assertThat(shape(6, MASTER, "local[6]", "spark.task.cpus", "4").threadsOfEach(2)).isEqualTo(4);
    String cpus = "spark.task.cpus";
    assertThat(shape(6, MASTER, "local-cluster[3, 2, 1024]", cpus, "2").threadsOfEach(1))
        .isEqualTo(2);
    assertThat(shape(2, MASTER, "yarn", EACH, "4").threadsOfEach(1)).isEqualTo(1);
  }

  @Test
  void aSettingOfParallelismIsNoNumberOfCores() {
    assertThat(shape(200, MASTER, "local[4]").cores()).hasValue(4);
    assertThat(shape(1, MASTER, "local[4, 2]").cores()).hasValue(4);
    assertThat(shape(200, MASTER, "local").cores()).hasValue(1);
    int all = Runtime.getRuntime().availableProcessors();
    assertThat(shape(200, MASTER, "local[*]").cores()).hasValue(all);
    assertThat(shape(200, MASTER, "local[*,3]").cores()).hasValue(all);
  }

  @Test
  void executorsCountBeforeTheyAreThere() {
    ClusterShape here = shape(2, MASTER, "local-cluster[3, 2, 1024]");
    assertThat(here).isEqualTo(new ClusterShape(false, true, some(2), some(6), 1));
    assertThat(
            shape(2, MASTER, "yarn", "spark.executor.instances", "4", EACH, "5", DYNAMIC, "false"))
        .isEqualTo(new ClusterShape(false, false, some(5), some(20), 1));
    assertThat(shape(2, MASTER, "k8s://host", EACH, "3").slots()).hasValue(6);
    assertThat(shape(2, MASTER, "spark://host:7077", "spark.cores.max", "12").slots()).hasValue(12);
  }

  @Test
  void dynamicAllocationCountsWithItsMost() {
    assertThat(shape(2, MASTER, "yarn", DYNAMIC, "true", MOST, "10", EACH, "4").slots())
        .hasValue(40);
  }

  @Test
  void whatNobodyKnowsIsNotGuessedFromTheFirstExecutors() {
    assertThat(shape(7, MASTER, "yarn", DYNAMIC, "true").slots()).isEmpty();
    assertThat(shape(2, MASTER, "spark://host:7077").slots()).isEmpty();
    assertThat(shape(2, MASTER, "spark://host:7077", DYNAMIC, "true", MOST, "10").slots())
        .isEmpty();
  }

  @Test
  void anExecutorOfWhichOnlyItsMachineKnowsTheCoresIsWarnedOf() {
    ClusterShape standalone = shape(2, MASTER, "spark://host:7077");
    assertThat(standalone.coresPerExecutor()).isEmpty();
    assertThat(standalone.warning())
        .contains(
            "spark.executor.cores is not set, so an executor takes all cores of its worker, and how"
                + " much memory its tasks need is a guess; set --executor-cores");
    assertThat(shape(2, MASTER, "spark://host:7077", EACH, "4").warning()).isEmpty();
    assertThat(shape(2, MASTER, "yarn").warning()).isEmpty();
    assertThat(shape(2, MASTER, "local[2]").warning()).isEmpty();
  }

  private static OptionalInt some(int value) {
    return OptionalInt.of(value);
  }

  private static ClusterShape shape(int registered, String... keyValues) {
    SparkConf conf = new SparkConf(false);
    for (int i = 0; i < keyValues.length; i += 2) {
      conf.set(keyValues[i], keyValues[i + 1]);
    }
    return ClusterShape.of(conf, registered);
  }
}
