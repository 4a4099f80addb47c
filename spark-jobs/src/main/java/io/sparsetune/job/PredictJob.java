package io.sparsetune.job;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.cluster.Jobs;
import io.sparsetune.cluster.SparkFailures;
import io.sparsetune.config.RunConfig;
import io.sparsetune.data.PartitionCounts;
import io.sparsetune.data.PredictedColumns;
import io.sparsetune.data.TextTable;
import io.sparsetune.data.Tokenizer;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.executor.ScoredRow;
import io.sparsetune.executor.ShippedModel;
import io.sparsetune.executor.SparkPredictor;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.table.TableFormat;
import io.sparsetune.task.Labels;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Predicts rows with a finished run's model; writes them with their predictions, in order. */
public final class PredictJob {
  /**
   * The run that predicts, and the rows to predict.
   *
   * @param run folder of a finished run
   * @param model where the base is now; empty: where the run recorded it
   * @param data paths or globs of rows; they need no label
   * @param inputFormat of the rows; empty to go by suffix
   * @param output folder to write
   * @param outputFormat what to write
   * @param logits whether the model's outputs are written too
   * @param overwrite whether a folder that is already there may be replaced
   */
  public record Request(
      String run,
      Optional<String> model,
      List<String> data,
      Optional<TableFormat> inputFormat,
      String output,
      OutputFormat outputFormat,
      boolean logits,
      boolean overwrite) {

    /** Without the logits. */
    public Request(
        String run,
        Optional<String> model,
        List<String> data,
        Optional<TableFormat> inputFormat,
        String output,
        OutputFormat outputFormat,
        boolean overwrite) {
      this(run, model, data, inputFormat, output, outputFormat, false, overwrite);
    }
  }

  /** The format of the predictions. */
  public enum OutputFormat {
    JSONL,
    PARQUET
  }

  /**
   * The predictions that were written.
   *
   * @param output the folder written
   * @param rows how many rows it has
   * @param truncated how many of their texts were cut at max_seq_length
   */
  public record Result(String output, long rows, long truncated) {}

  private final SparkSession session;

  public PredictJob(SparkSession session) {
    this.session = session;
  }

  /**
   * Predicts.
   *
   * @throws ConfigException where the output folder is not free, or not apart from what is read
   * @throws DataException for a run, a base or rows that cannot be used, and where the input has a
   *     column of a name that predictions need
   */
  public Result run(Request request) {
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    FinishedRun run = Runs.open(request.run(), hadoop);
    String basePath = Runs.basePath(run, request.model(), hadoop);
    ResultFolder output = output(request, basePath);
    TextTable table = table(request, run);
    table.sources().forEach(source -> output.apartFrom("--data", source));
    PredictedColumns columns =
        new PredictedColumns(run.labels().map(Labels::names).orElse(List.of()), request.logits());
    table.requireFree(columns.names());
    ShippedModel shipped = ShippedModel.ship(session, basePath);
    Tokenizer tokenizer = tokenizer(shipped.open(), run);
    PartitionCounts truncated = new PartitionCounts();
    session.sparkContext().register(truncated, "truncated texts");
    try (SparkPredictor predictor = predictor(shipped, run)) {
      JavaRDD<Row> rows = predicted(predictor.score(table.rows(tokenizer)), columns, truncated);
      DataFrameWriter<Row> writer = writer(rows, columns, table);
      output.write(
          run.provenance(),
          files ->
              predictor.job(
                  "predict",
                  () ->
                      SparkFailures.whileWriting(
                          request.output(),
                          () -> written(writer, request.outputFormat(), files.qualified()))));
    }
    return new Result(request.output(), table.size(), truncated.value());
  }

  private ResultFolder output(Request request, String basePath) {
    return ResultFolder.toWrite(
            request.output(),
            OutputKind.PREDICTIONS,
            request.overwrite(),
            session.sparkContext().hadoopConfiguration())
        .seenBy(ClusterShape.of(session))
        .apartFrom("the run", request.run())
        .apartFrom("the base model", basePath);
  }

  private TextTable table(Request request, FinishedRun run) {
    return Jobs.named(
        session.sparkContext(),
        "reading of --data",
        () ->
            TextTable.open(
                session,
                run.manifest().config().task(),
                Runs.reading(run, request.data(), request.inputFormat()),
                "--data",
                request.data()));
  }

  private static Tokenizer tokenizer(BaseModel base, FinishedRun run) {
    RunConfig config = run.manifest().config();
    run.delta().requireBase(base);
    ModelSpecs.checkLength(config.data().maxSeqLength(), base.encoder());
    return Tokenizer.of(base, config.task(), config.data().maxSeqLength());
  }

  private SparkPredictor predictor(ShippedModel shipped, FinishedRun run) {
    SparseDelta delta = run.delta();
    return new SparkPredictor(
        session,
        shipped,
        delta.info().spec(),
        delta.info().seed(),
        delta.trained(),
        delta.values(),
        run.manifest().config().training().evalBatchSize());
  }

  private static JavaRDD<Row> predicted(
      JavaRDD<ScoredRow> rows, PredictedColumns columns, PartitionCounts truncated) {
    return rows.map(
        row -> {
          if (row.truncated()) {
            truncated.add(TaskContext.getPartitionId());
          }
          return columns.append(row.cells(), row.logits());
        });
  }

  private DataFrameWriter<Row> writer(
      JavaRDD<Row> rows, PredictedColumns columns, TextTable table) {
    return columns
        .named(seeingFiles(session).createDataFrame(rows, columns.schema(table.schema())))
        .write()
        // Into the folder as it is: Overwrite would delete whatever it finds there.
        .mode(SaveMode.Append);
  }

  private static String written(DataFrameWriter<Row> writer, OutputFormat format, String path) {
    if (format == OutputFormat.PARQUET) {
      writer.parquet(path);
    } else {
      writer.option("ignoreNullFields", "false").json(path);
    }
    return path;
  }

  /**
   * A session whose queries find the shipped model: Spark 4 keeps files that were added to the
   * context from the tasks of a session's queries.
   */
  private static SparkSession seeingFiles(SparkSession session) {
    SparkSession own = session.newSession();
    own.conf().set("spark.sql.artifact.isolation.enabled", "false");
    return own;
  }
}
