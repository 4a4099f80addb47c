package io.sparsetune.data;

import io.sparsetune.batch.Shard;
import io.sparsetune.cluster.Jobs;
import io.sparsetune.cluster.Slots;
import io.sparsetune.config.DataConfig;
import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.data.Survey.BadRows;
import io.sparsetune.error.DataException;
import io.sparsetune.error.Shown;
import io.sparsetune.table.Columns;
import io.sparsetune.table.Table;
import io.sparsetune.task.Labels;
import io.sparsetune.task.TaskType;
import io.sparsetune.text.CheckedTokenizer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a task's tables: checks every row, tokenises on the executors, ranks by content, deals into
 * shards. How the input is cut in files and partitions does not matter to the result.
 */
public final class DataLoader {
  private static final Logger LOG = LoggerFactory.getLogger(DataLoader.class);
  private static final String PARTITIONS = "spark.sparsetune.partitions";

  private final SparkSession session;
  private final TaskConfig task;
  private final DataConfig data;
  private final Columns columns;
  private final Tokenizer tokenizer;
  private final Broadcast<CheckedTokenizer> tokenizerJson;
  private final Slots slots;

  /**
   * @param tokenizer the model's
   */
  public DataLoader(SparkSession session, TaskConfig task, DataConfig data, Tokenizer tokenizer) {
    this.session = session;
    this.task = task;
    this.data = data;
    this.columns = Columns.of(task);
    this.tokenizer = tokenizer;
    this.tokenizerJson =
        JavaSparkContext.fromSparkContext(session.sparkContext()).broadcast(tokenizer.checked());
    this.slots = Slots.of(session);
  }

  /**
   * Reads {@code data.train}, sets a share aside for validation where no files are named for it,
   * and deals the rest into V shards.
   *
   * @param batchSize V times
   * @param microBatchSize examples
   * @throws DataException for data that cannot be used
   */
  public TrainData train(int batchSize, int microBatchSize) {
    return reading("data.train", () -> readTrain(batchSize, microBatchSize));
  }

  private TrainData readTrain(int batchSize, int microBatchSize) {
    int shards = batchSize / microBatchSize;
    Table table = open("data.train", data.train());
    Optional<Labels> known =
        task.knownLabels().isEmpty()
            ? Optional.empty()
            : Optional.of(Labels.of(task.knownLabels()));
    boolean collect = !regression() && known.isEmpty();
    RowReader first = collect ? RowReader.ofAnyLabel(columns) : reader(known);
    Survey survey = survey(table, first, known, collect);
    Optional<Labels> labels = collect ? Optional.of(Labels.sortedDistinct(survey.labels())) : known;
    JavaRDD<EncodedRow> sorted = sorted(table, reader(labels), survey);
    double share = data.validation().isEmpty() ? data.validationShare() : 0;
    RankedRows all = RankedRows.number(sorted.filter(row -> !row.example().hash().inShare(share)));
    RankedRows rows =
        data.maxTrainSamples().isPresent() ? all.first(data.maxTrainSamples().getAsInt()) : all;
    Optional<EvaluationData> validation =
        share > 0
            ? Optional.of(
                evaluation(
                    "validation", sorted.filter(row -> row.example().hash().inShare(share)), 0))
            : Optional.empty();
    if (rows.examples() == 0 || validation.filter(v -> v.examples() == 0).isPresent()) {
      throw new DataException(
          "Cannot set %s of data.train aside for validation: %s has %,d rows, too few. Name files in data.validation, or change the share."
              .formatted(share, table.shown(), survey.usable()));
    }
    int partitions = partitions(shards);
    slots.advice(batchSize, microBatchSize).ifPresent(LOG::warn);
    JavaRDD<Shard> dealt = KeptShards.keep(rows.deal(shards, partitions));
    return new TrainData(
        labels,
        dealt,
        shards,
        rows.examples(),
        survey.badRows(),
        rows.truncated(),
        rows.hash(),
        validation);
  }

  /**
   * Reads labelled rows to score.
   *
   * @param name {@code validation} or {@code test}: of the configuration key {@code data.name}
   * @param labels of the training data; empty for regression
   * @throws DataException for data that cannot be used
   */
  public EvaluationData evaluation(String name, List<String> paths, Optional<Labels> labels) {
    return reading("data." + name, () -> readEvaluation(name, paths, labels));
  }

  /** The jobs that read a table are called by its key. */
  private <T> T reading(String key, Callable<T> work) {
    return Jobs.named(session.sparkContext(), "reading of " + key, work);
  }

  private EvaluationData readEvaluation(String name, List<String> paths, Optional<Labels> labels) {
    Table table = open("data." + name, paths);
    RowReader reader = reader(labels);
    Survey survey = survey(table, reader, labels, false);
    return evaluation(name, sorted(table, reader, survey), survey.badRows());
  }

  private EvaluationData evaluation(String name, JavaRDD<EncodedRow> sorted, long skipped) {
    RankedRows rows = RankedRows.number(sorted);
    JavaRDD<RankedBlock> blocks =
        rows.blocks()
            .coalesce(slots.forRows(rows.examples()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    return new EvaluationData(
        name, blocks, rows.examples(), skipped, rows.truncated(), rows.hash());
  }

  private Table open(String key, List<String> paths) {
    Table table = Table.open(session, key, paths, data.format());
    table.require(columns);
    return table;
  }

  private Survey survey(Table table, RowReader reader, Optional<Labels> labels, boolean collect) {
    BadRows badRows = data.onBadRow() == OnBadRow.SKIP ? BadRows.SKIPPED : BadRows.REFUSED;
    String names = labels.map(known -> Shown.list(known.names())).orElse("");
    Survey survey = Survey.of(table, reader, collect, badRows, names);
    if (survey.badRows() > 0) {
      LOG.warn(
          "{}: {} rows of {} are skipped: {}",
          table.key(),
          survey.badRows(),
          table.shown(),
          survey.badInWords());
    }
    return survey;
  }

  private JavaRDD<EncodedRow> sorted(Table table, RowReader reader, Survey survey) {
    RowEncoder encoder = new RowEncoder(reader, tokenizerJson, tokenizer, data.maxSeqLength());
    JavaRDD<EncodedRow> encoded = table.rows(reader.names()).mapPartitions(encoder::encode);
    return RankedRows.sorted(
        encoded, Math.max(slots.forRows(survey.usable()), encoded.getNumPartitions()));
  }

  private RowReader reader(Optional<Labels> labels) {
    return regression()
        ? RowReader.ofNumbers(columns)
        : RowReader.of(columns, labels.orElseThrow());
  }

  private boolean regression() {
    return task.type() == TaskType.REGRESSION;
  }

  private int partitions(int shards) {
    int asked = session.sparkContext().getConf().getInt(PARTITIONS, 0);
    return asked > 0 ? Math.min(shards, asked) : slots.forShards(shards);
  }
}
