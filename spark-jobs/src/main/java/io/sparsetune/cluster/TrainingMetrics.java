package io.sparsetune.cluster;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import io.sparsetune.progress.BytesMoved;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.metrics.source.Source;

/**
 * The figures of the training that runs, among the driver's in Spark's metrics system, where
 * Prometheus, JMX and Spark's other sinks find them: {@code sparsetune.step}, {@code loss}, {@code
 * metric}, {@code bytes_down}, {@code bytes_up}, {@code examples_per_second}, of the last minute or
 * so. What is not known yet is not a number. Closed, they are no longer there.
 */
public final class TrainingMetrics implements Source, TrainingListener, AutoCloseable {
  private final MetricRegistry registry = new MetricRegistry();
  private final SparkContext context;
  private final Meter examples = new Meter();
  private volatile int step;
  private volatile double loss = Double.NaN;
  private volatile double metric = Double.NaN;

  private TrainingMetrics(SparkContext context, Supplier<Optional<BytesMoved>> moved) {
    this.context = context;
    gauge("step", () -> step);
    gauge("loss", () -> loss);
    gauge("metric", () -> metric);
    gauge("bytes_down", () -> bytes(moved, BytesMoved::down));
    gauge("bytes_up", () -> bytes(moved, BytesMoved::up));
    gauge("examples_per_second", examples::getOneMinuteRate);
  }

  /**
   * Shows a training's figures until they are closed.
   *
   * @param moved bytes so far, asked from any thread
   */
  public static TrainingMetrics show(SparkContext context, Supplier<Optional<BytesMoved>> moved) {
    TrainingMetrics metrics = new TrainingMetrics(context, moved);
    context.env().metricsSystem().registerSource(metrics);
    return metrics;
  }

  private void gauge(String name, Gauge<Number> value) {
    registry.register(name, value);
  }

  private static long bytes(
      Supplier<Optional<BytesMoved>> moved, Function<BytesMoved, Long> direction) {
    return moved.get().map(direction).orElse(0L);
  }

  @Override
  public void stepDone(StepReport report) {
    step = report.step();
    loss = report.loss();
    examples.mark(report.examples());
  }

  @Override
  public void evaluated(EvaluationReport report) {
    metric = report.value();
  }

  @Override
  public String sourceName() {
    return "sparsetune";
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }

  @Override
  public void close() {
    if (!context.isStopped()) {
      context.env().metricsSystem().removeSource(this);
    }
  }
}
