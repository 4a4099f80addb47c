package io.sparsetune.job;

import io.sparsetune.batch.RowHash;
import io.sparsetune.config.RunConfig;
import io.sparsetune.data.DataLoader;
import io.sparsetune.data.EvaluationData;
import io.sparsetune.data.Tokenizer;
import io.sparsetune.data.TrainData;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.Shown;
import io.sparsetune.executor.ShippedModel;
import io.sparsetune.executor.SparkData;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.run.RunData;
import io.sparsetune.run.RunIdentity;
import io.sparsetune.task.LabelLimits;
import io.sparsetune.task.Labels;
import io.sparsetune.task.Metrics;
import io.sparsetune.task.TaskType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * A configuration with everything that it names opened and checked: the base, the data on the
 * executors, and the model that they make.
 *
 * @param evaluation "validation" and "test"; either may be missing
 */
record Preparation(
    RunConfig config,
    ShippedModel shipped,
    BaseModel base,
    ModelSpec spec,
    TrainData train,
    Map<String, EvaluationData> evaluation) {

  static final String VALIDATION = RunData.VALIDATION;
  static final String TEST = RunData.TEST;

  /** Opens the base and reads the data. */
  static Preparation of(SparkSession session, RunConfig written) {
    RunConfig config = opened(session, written);
    ShippedModel shipped = ShippedModel.ship(session, config.model().path());
    BaseModel base = shipped.open();
    ModelSpecs.checkLength(config.data().maxSeqLength(), base.encoder());
    // Refuses what does not fit the encoder before any data are read.
    config.method().equivalentModel(base.encoder());
    DataLoader loader =
        new DataLoader(
            session,
            config.task(),
            config.data(),
            Tokenizer.of(base, config.task(), config.data().maxSeqLength()));
    TrainData train =
        loader.train(config.training().batchSize(), config.training().microBatchSize());
    requireLabels(config, train.labels());
    Map<String, EvaluationData> evaluation = new HashMap<>();
    if (!config.data().validation().isEmpty()) {
      evaluation.put(
          VALIDATION, loader.evaluation(VALIDATION, config.data().validation(), train.labels()));
    }
    train.validation().ifPresent(share -> evaluation.put(VALIDATION, share));
    if (!config.data().test().isEmpty()) {
      evaluation.put(TEST, loader.evaluation(TEST, config.data().test(), train.labels()));
    }
    ModelSpec spec = ModelSpecs.of(config, base, train.labels());
    return new Preparation(config, shipped, base, spec, train, Map.copyOf(evaluation));
  }

  /**
   * How the head pools and where it starts from, a module a line, and what else the base says of
   * its task.
   */
  List<String> head() {
    List<String> lines = new ArrayList<>();
    headReport().forEach((module, origin) -> lines.add(module + ": " + origin));
    if (!base.unusedModules().isEmpty()) {
      lines.add("not used of the model: " + Shown.list(base.unusedModules()));
    }
    if (ModelSpecs.isMultiLabel(base)) {
      lines.add(
          "the base was trained to give a text several labels (its problem_type); this run gives it"
              + " one");
    }
    return lines;
  }

  /** The same by the modules' names. */
  Map<String, String> headReport() {
    Map<String, String> report = new LinkedHashMap<>();
    report.put("pooling", ModelSpecs.poolingReport(config, base, spec));
    report.putAll(base.headReport(spec, train.labels().map(Labels::names).orElse(List.of())));
    return report;
  }

  /** Whether another configuration has the same base and the same data, dealt the same way. */
  boolean serves(RunConfig other) {
    return other.model().path().equals(config.model().path())
        && other.task().equals(config.task())
        && other.data().equals(config.data())
        && other.training().batchSize() == config.training().batchSize()
        && other.training().microBatchSize() == config.training().microBatchSize();
  }

  /** The same base and data for another configuration that they serve. */
  Preparation with(SparkSession session, RunConfig other) {
    RunConfig opened = opened(session, other);
    return new Preparation(
        opened, shipped, base, ModelSpecs.of(opened, base, train.labels()), train, evaluation);
  }

  /** With what the method's keys name. */
  static RunConfig opened(SparkSession session, RunConfig config) {
    return config.opened(
        path -> {
          Configuration hadoop = session.sparkContext().hadoopConfiguration();
          if (HadoopFiles.overlap(config.output(), path, hadoop)) {
            throw new ConfigException(
                "Cannot write a run into %s: %s, which is read, lies there; give another output"
                    .formatted(config.output(), HadoopFiles.shown(path)));
          }
          return HadoopFiles.file(path, hadoop);
        });
  }

  /** Gives back the executors' memory; who still needs the data has Spark read them again. */
  void release() {
    train.shards().unpersist(false);
    evaluation.values().forEach(set -> set.blocks().unpersist(false));
  }

  private static void requireLabels(RunConfig config, Optional<Labels> labels) {
    int outputs = labels.map(Labels::size).orElse(1);
    if (config.task().type() == TaskType.CLASSIFICATION && outputs < 2) {
      throw new DataException(
          "Cannot learn from data.train: column '%s' has one label only: %s"
              .formatted(
                  config.task().label(), labels.map(Labels::names).orElse(List.of()).get(0)));
    }
    labels.ifPresent(
        known ->
            LabelLimits.check(
                "data.train: column '%s'".formatted(config.task().label()), known.names()));
    Metrics.requireFits(config.task().metric(), outputs);
  }

  /**
   * @param scoresAtOnce parameters whose scores a task may sum in one pass over the data
   */
  SparkData sparkData(long scoresAtOnce) {
    TrainingPlan plan = TrainingPlan.of(config, train.examples());
    return new SparkData(
        train.shards(),
        plan.epochs(),
        plan.steps(),
        evaluation,
        config.training().evalBatchSize(),
        scoresAtOnce);
  }

  /** Rows that can be used, of all sets. */
  long texts() {
    return train.examples()
        + evaluation.values().stream().mapToLong(EvaluationData::examples).sum();
  }

  /** Rows whose text is longer than allowed, of all sets. */
  long textsCut() {
    return train.truncated()
        + evaluation.values().stream().mapToLong(EvaluationData::truncated).sum();
  }

  /** Tells apart, by content, the data that a result depends on: training and validation. */
  String dataHash() {
    return RowHash.of(train.hash().hex(), hash(VALIDATION).orElse("")).hex();
  }

  /** The identity of the run. */
  RunIdentity identity() {
    return RunIdentity.of(config, base, spec, dataHash());
  }

  /** Tells an evaluation set apart by content; empty where there is none. */
  Optional<String> hash(String set) {
    return Optional.ofNullable(evaluation.get(set)).map(rows -> rows.hash().hex());
  }
}
