package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.testing.SharedSession;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.junit.jupiter.api.Test;

class BroadcastsTest {

  @Test
  void whatCannotBeFreedIsNoFailure() {
    Broadcast<String> broadcast =
        JavaSparkContext.fromSparkContext(SharedSession.get().sparkContext()).broadcast("x");
    Broadcasts.destroy(broadcast);
    assertThatThrownBy(broadcast::value).isInstanceOf(SparkException.class);
    // Spark refuses to do it twice.
    assertThatThrownBy(broadcast::destroy).isInstanceOf(SparkException.class);
    assertThatCode(() -> Broadcasts.destroy(broadcast)).doesNotThrowAnyException();
  }
}
