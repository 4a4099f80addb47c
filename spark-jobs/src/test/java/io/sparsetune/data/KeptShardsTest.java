package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.Shard;
import io.sparsetune.testing.SharedSession;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.RDDBlockId;
import org.junit.jupiter.api.Test;

class KeptShardsTest {
  private static final int PARTITIONS = 3;
  private static final AtomicInteger COMPUTED = new AtomicInteger();

  private final JavaRDD<Shard> rebuilt = KeptShards.keep(shards());
  private final JavaRDD<Shard> kept = KeptShards.of(rebuilt);

  @Test
  void theyAreComputedOnceAndCarryNoLineage() {
    assertThat(indices(rebuilt)).containsExactly(0, 1, 2);
    assertThat(indices(kept)).containsExactly(0, 1, 2);
    assertThat(indices(rebuilt)).containsExactly(0, 1, 2);
    assertThat(COMPUTED).hasValue(PARTITIONS);
    assertThat(rebuilt.toDebugString().lines()).hasSize(3);
    assertThat(kept.toDebugString().lines()).hasSize(2);
  }

  @Test
  void whatIsLostFailsAJobOnThemAndIsRebuilt() {
    indices(rebuilt);
    SparkEnv.get().blockManager().removeBlock(new RDDBlockId(kept.id(), 1), true);
    assertThatThrownBy(() -> indices(kept)).matches(KeptShards::isLost);
    assertThat(indices(rebuilt)).containsExactly(0, 1, 2);
    assertThat(COMPUTED).hasValue(PARTITIONS + 1);
    assertThat(indices(kept)).containsExactly(0, 1, 2);
  }

  @Test
  void whatIsNotKeptAnyMoreIsComputed() {
    indices(rebuilt);
    rebuilt.unpersist(true);
    assertThat(KeptShards.of(rebuilt)).isSameAs(rebuilt);
    assertThat(indices(rebuilt)).containsExactly(0, 1, 2);
    assertThat(COMPUTED).hasValue(2 * PARTITIONS);
  }

  @Test
  void anyOtherFailureIsNoLoss() {
    assertThat(KeptShards.isLost(new IllegalStateException("a", new RuntimeException()))).isFalse();
  }

  private static JavaRDD<Shard> shards() {
    COMPUTED.set(0);
    List<Integer> all = IntStream.range(0, PARTITIONS).boxed().toList();
    return JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext())
        .parallelize(all, PARTITIONS)
        .map(KeptShardsTest::shard);
  }

  private static Shard shard(int index) {
    COMPUTED.incrementAndGet();
    return new Shard(index, new int[] {5}, new int[] {0}, new int[] {0, 1}, new float[] {1});
  }

  private static List<Integer> indices(JavaRDD<Shard> shards) {
    return shards.map(Shard::index).collect();
  }
}
