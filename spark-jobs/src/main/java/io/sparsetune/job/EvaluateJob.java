package io.sparsetune.job;

import io.sparsetune.config.RunConfig;
import io.sparsetune.data.DataLoader;
import io.sparsetune.data.EvaluationData;
import io.sparsetune.data.Tokenizer;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.DataException;
import io.sparsetune.executor.ShippedModel;
import io.sparsetune.executor.SparkEvaluator;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.table.TableFormat;
import io.sparsetune.task.Metrics;
import io.sparsetune.task.Predictions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** Scores a finished run's model on labelled rows. */
public final class EvaluateJob {
  /**
   * The run to evaluate, and on which rows.
   *
   * @param run folder of a finished run
   * @param model where the base is now; empty: where the run recorded it
   * @param data paths or globs of labelled rows
   * @param format of the rows; empty to go by suffix
   */
  public record Request(
      String run, Optional<String> model, List<String> data, Optional<TableFormat> format) {}

  /**
   * The scores of a run.
   *
   * @param examples rows that were scored
   * @param truncated how many of their texts were cut at max_seq_length
   * @param skipped rows that could not be used, where the run skips such rows
   * @param metric the task's metric
   * @param scores every metric that fits the task, by name
   */
  public record Result(
      long examples, long truncated, long skipped, String metric, Map<String, Double> scores) {}

  private final SparkSession session;

  public EvaluateJob(SparkSession session) {
    this.session = session;
  }

  /**
   * Evaluates.
   *
   * @throws DataException for a run, a base or rows that cannot be used; a base that the run was
   *     not trained on is refused
   */
  public Result run(Request request) {
    FinishedRun run = Runs.open(request.run(), session.sparkContext().hadoopConfiguration());
    RunConfig config = run.manifest().config();
    SparseDelta delta = run.delta();
    ShippedModel shipped =
        ShippedModel.ship(
            session,
            Runs.basePath(run, request.model(), session.sparkContext().hadoopConfiguration()));
    BaseModel base = shipped.open();
    delta.requireBase(base);
    ModelSpecs.checkLength(config.data().maxSeqLength(), base.encoder());
    DataLoader loader =
        new DataLoader(
            session,
            config.task(),
            Runs.reading(run, request.data(), request.format()),
            Tokenizer.of(base, config.task(), config.data().maxSeqLength()));
    EvaluationData data = loader.evaluation(Preparation.TEST, request.data(), run.labels());
    try (SparkEvaluator evaluator =
        new SparkEvaluator(
            session,
            shipped,
            delta.info().spec(),
            delta.info().seed(),
            config.training().evalBatchSize())) {
      Predictions predictions = evaluator.evaluate(1, data, delta.trained(), delta.values());
      return new Result(
          data.examples(),
          data.truncated(),
          data.skipped(),
          delta.info().metric().key(),
          Training.byName(delta.info().taskType(), Metrics.scores(predictions)));
    }
  }
}
