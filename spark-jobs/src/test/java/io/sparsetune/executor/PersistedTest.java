package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sparsetune.testing.SharedSession;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.Test;

class PersistedTest {
  private final JavaSparkContext context =
      JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext());

  @Test
  void whatIsFreedIsKeptNoLonger() {
    JavaRDD<Integer> rdd = context.parallelize(List.of(1, 2)).persist(StorageLevel.MEMORY_ONLY());
    assertThat(context.getPersistentRDDs()).containsKey(rdd.id());
    Persisted.free(rdd);
    assertThat(context.getPersistentRDDs()).doesNotContainKey(rdd.id());
  }

  @Test
  void whatCannotBeFreedIsNoFailure() {
    JavaRDD<Integer> rdd = context.parallelize(List.of(1, 2));
    JavaRDD<Integer> stuck =
        new JavaRDD<>(rdd.rdd(), rdd.classTag()) {
          @Override
          public RDD<Integer> rdd() {
            throw new IllegalStateException("A failure made by the test");
          }

          @Override
          public String toString() {
            return "stuck";
          }
        };
    assertThatCode(() -> Persisted.free(stuck)).doesNotThrowAnyException();
  }
}
