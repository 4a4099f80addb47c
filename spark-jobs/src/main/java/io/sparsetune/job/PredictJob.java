package io.sparsetune.job;

import io.sparsetune.config.DataConfig;
import io.sparsetune.config.RunConfig;
import io.sparsetune.data.TextTable;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.job.PredictRequest.OutputFormat;
import io.sparsetune.model.BaseModel;
import io.sparsetune.step.ShippedModel;
import io.sparsetune.step.SparkPredictor;
import io.sparsetune.task.Labels;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/** Predicts rows with a finished run's model; writes them with their predictions, in order. */
public final class PredictJob {
  private final SparkSession session;

  public PredictJob(SparkSession session) {
    this.session = session;
  }

  /**
   * Predicts.
   *
   * @throws ConfigException where the output folder is not free
   * @throws DataException for a run, a base or rows that cannot be used, and where the input has a
   *     column of a name that predictions need
   */
  public PredictResult run(PredictRequest request) {
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    FinishedRun run = FinishedRun.open(request.run(), hadoop);
    OutputFolders.free(request.output(), RunFiles.SUCCESS, request.overwrite(), hadoop);
    RunConfig config = run.record().config();
    SparseDelta delta = run.delta();
    Optional<Labels> labels = run.labels();
    TextTable table =
        TextTable.open(
            session, config.task(), reading(config.data(), request), "--data", request.data());
    refuseClashes(table, PredictedColumns.names(labels));
    ShippedModel shipped = ShippedModel.ship(session, run.basePath(request.model()));
    BaseModel base = shipped.open();
    delta.requireBase(base);
    PredictedColumns columns = new PredictedColumns(labels.map(Labels::names).orElse(List.of()));
    LongAccumulator truncated = session.sparkContext().longAccumulator("truncated texts");
    try (SparkPredictor predictor =
        new SparkPredictor(
            session,
            shipped,
            delta.info().spec(),
            delta.info().seed(),
            delta.trained(),
            delta.values(),
            config.training().evalBatchSize())) {
      JavaRDD<Row> rows =
          predictor
              .score(table.rows(HadoopModels.tokenizer(base), base.location()))
              .map(
                  row -> {
                    truncated.add(row.truncated() ? 1 : 0);
                    return columns.append(row.cells(), row.logits());
                  });
      DataFrameWriter<Row> writer =
          columns
              .named(session.createDataFrame(rows, columns.schema(table.schema())))
              .write()
              .mode(SaveMode.Overwrite);
      String output = HadoopFiles.qualified(request.output(), hadoop);
      predictor.job(
          "predict",
          () -> {
            if (request.outputFormat() == OutputFormat.PARQUET) {
              writer.parquet(output);
            } else {
              writer.option("ignoreNullFields", "false").json(output);
            }
            return output;
          });
    }
    return new PredictResult(request.output(), table.size(), truncated.value());
  }

  private static void refuseClashes(TextTable table, List<String> names) {
    List<String> clashes = table.clashes(names);
    if (!clashes.isEmpty()) {
      throw new DataException(
          "Cannot add predictions to %s: it has a column '%s' already; rename it"
              .formatted(table.shown(), String.join("', '", clashes)));
    }
  }

  /** The run's way of reading, of other files, whose format may be another. */
  private static DataConfig reading(DataConfig data, PredictRequest request) {
    return new DataConfig(
        data.train(),
        data.validation(),
        data.validationShare(),
        List.copyOf(request.data()),
        request.inputFormat(),
        data.onBadRow(),
        data.maxSeqLength(),
        data.lengthWindow());
  }
}
