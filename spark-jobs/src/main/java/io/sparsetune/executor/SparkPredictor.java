package io.sparsetune.executor;

import io.sparsetune.batch.EncodedExample;
import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.TaskMemoryException;
import io.sparsetune.data.TokenizedRow;
import io.sparsetune.engine.EngineLease;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.work.ShardWork;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/** Runs a model over rows that stay on the executors, with their outputs beside them. */
public final class SparkPredictor implements AutoCloseable {
  private static final long ONLY_SEQUENCE = 1;

  private final RunModel model;
  private final Broadcast<Mask> trained;
  private final Broadcast<SentValues> values;
  private final int batchSize;

  /**
   * @param trained mask and head of the delta
   * @param values [trained.size()]
   * @param batchSize examples pushed through at once; touches no bit of the result
   */
  public SparkPredictor(
      SparkSession session,
      ShippedModel base,
      ModelSpec spec,
      long seed,
      Mask trained,
      float[] values,
      int batchSize) {
    this.model = new RunModel(session, base, spec, seed);
    this.trained = model.share(trained);
    this.values = model.context().broadcast(new SentValues(values));
    this.batchSize = batchSize;
  }

  /** The rows in their order; computed when a job asks for them. */
  public JavaRDD<ScoredRow> score(JavaRDD<TokenizedRow> rows) {
    Broadcast<TaskModel> shared = model.shared();
    Broadcast<Mask> mask = trained;
    Broadcast<SentValues> sent = values;
    int batch = batchSize;
    return rows.mapPartitions(part -> new Scoring(part, shared.value(), mask, sent, batch));
  }

  /**
   * Runs a job on scored rows.
   *
   * @throws RuntimeException the task's own error, where it was meant for users
   */
  public <T> T job(String description, Callable<T> job) {
    return model.job(description, job);
  }

  @Override
  public void close() {
    Broadcasts.destroy(values);
    model.close();
  }

  /** Scores a partition batch by batch; holds the engine only while it computes. */
  private static final class Scoring implements Iterator<ScoredRow> {
    private final Iterator<TokenizedRow> rows;
    private final TaskModel model;
    private final Broadcast<Mask> mask;
    private final Broadcast<SentValues> values;
    private final int batchSize;
    private final Queue<ScoredRow> scored = new ArrayDeque<>();

    Scoring(
        Iterator<TokenizedRow> rows,
        TaskModel model,
        Broadcast<Mask> mask,
        Broadcast<SentValues> values,
        int batchSize) {
      this.rows = rows;
      this.model = model;
      this.mask = mask;
      this.values = values;
      this.batchSize = batchSize;
    }

    @Override
    public boolean hasNext() {
      return !scored.isEmpty() || rows.hasNext();
    }

    @Override
    public ScoredRow next() {
      if (scored.isEmpty()) {
        scoreBatch();
      }
      return scored.remove();
    }

    private void scoreBatch() {
      List<TokenizedRow> batch = new ArrayList<>();
      while (batch.size() < batchSize && rows.hasNext()) {
        batch.add(rows.next());
      }
      List<EncodedExample> examples = batch.stream().map(TokenizedRow::example).toList();
      int outputs = model.spec().outputs();
      float[] logits = TaskMemoryException.insteadOfError(() -> logits(examples, outputs));
      for (int i = 0; i < batch.size(); i++) {
        scored.add(
            new ScoredRow(
                batch.get(i).cells(),
                Arrays.copyOfRange(logits, i * outputs, (i + 1) * outputs),
                batch.get(i).truncated()));
      }
    }

    private float[] logits(List<EncodedExample> examples, int outputs) {
      try (EngineLease lease = model.lease(ONLY_SEQUENCE, mask.value(), values.value().values())) {
        return ShardWork.logits(lease.worker(), Shard.pack(0, examples), examples.size(), outputs);
      }
    }
  }
}
