package io.sparsetune.bench;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What Spark itself costs a step: k values out, k fixed-point sums back, nothing computed. */
@Command(name = "spark-step-process", hidden = true, mixinStandardHelpOptions = true)
final class SparkStepProcess implements Callable<Integer> {
  @Option(names = "--k", defaultValue = "53000")
  private int k;

  @Option(names = "--tasks", defaultValue = "2")
  private int tasks;

  @Override
  public Integer call() {
    SparkSession session =
        SparkSession.builder()
            .appName("empty step")
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.locality.wait", "0")
            .getOrCreate();
    try (JavaSparkContext spark = new JavaSparkContext(session.sparkContext())) {
      List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
      JavaRDD<Integer> parts = spark.parallelize(numbers, tasks).cache();
      float[] values = new float[k];
      Timing timing = Timing.of(() -> step(spark, parts, values), 10, 10);
      System.out.printf(
          Locale.ROOT,
          "median_ms=%.2f min_ms=%.2f n=%d k=%d%n",
          timing.median(),
          timing.min(),
          timing.count(),
          k);
    }
    return 0;
  }

  private static void step(JavaSparkContext spark, JavaRDD<Integer> parts, float[] values) {
    Broadcast<float[]> broadcast = spark.broadcast(values);
    List<long[]> sums = parts.map(part -> new long[broadcast.value().length]).collect();
    long[] total = new long[values.length];
    for (long[] sum : sums) {
      for (int i = 0; i < total.length; i++) {
        total[i] += sum[i];
      }
    }
    broadcast.destroy();
  }
}
