package io.sparsetune.job;

import io.sparsetune.data.EvaluationData;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.pretrained.HeadOrigin;
import io.sparsetune.run.Environment;
import io.sparsetune.run.RunBase;
import io.sparsetune.run.RunData;
import io.sparsetune.run.RunIdentity;
import io.sparsetune.run.RunInputs;
import io.sparsetune.run.RunManifest;
import io.sparsetune.run.RunOrigin;
import io.sparsetune.task.Labels;
import io.sparsetune.version.LibraryVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** The manifest of a run that this process trains. */
final class TrainManifest {
  private TrainManifest() {}

  /**
   * The manifest of a run that begins now.
   *
   * @param arithmetic the engine's numerics, {@link io.sparsetune.engine.Arithmetic}
   */
  static RunManifest of(
      SparkSession session, Preparation run, RunIdentity identity, String arithmetic) {
    return new RunManifest(
        identity.runId(),
        Optional.of(Instant.now()),
        RunOrigin.TRAINED,
        run.config(),
        run.train().labels().map(Labels::names).orElse(List.of()),
        base(session, run, identity),
        Optional.of(data(run, identity)),
        RunInputs.methodFiles(run.config().method()),
        environment(session),
        Optional.of(arithmetic),
        List.of());
  }

  /** The place where this process trains. */
  static Environment environment(SparkSession session) {
    return Environment.here(
        Map.of("sparsetune", LibraryVersion.number(), "spark", session.version()),
        new Environment.Cluster(
            session.sparkContext().master(),
            session.sparkContext().applicationId(),
            session.sparkContext().defaultParallelism()));
  }

  private static RunBase base(SparkSession session, Preparation run, RunIdentity identity) {
    HeadOrigin head = run.base().headOrigin(run.spec());
    return new RunBase(
        HadoopFiles.qualified(
            run.config().model().path(), session.sparkContext().hadoopConfiguration()),
        Optional.of(identity.baseFingerprint()),
        Optional.of(
            new RunBase.Start(
                run.spec().layout().size(), head.loaded(), head.initialised(), run.headReport())));
  }

  private static RunData data(Preparation run, RunIdentity identity) {
    return new RunData(
        Optional.of(identity.dataHash()),
        Optional.of(
            new RunData.Rows(
                run.train().examples(), run.train().skipped(), run.train().truncated())),
        rows(run, RunData.VALIDATION),
        rows(run, RunData.TEST),
        run.hash(RunData.TEST));
  }

  private static Optional<RunData.Rows> rows(Preparation run, String set) {
    EvaluationData rows = run.evaluation().get(set);
    return Optional.ofNullable(rows)
        .map(read -> new RunData.Rows(read.examples(), read.skipped(), read.truncated()));
  }
}
