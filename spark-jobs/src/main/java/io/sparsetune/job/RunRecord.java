package io.sparsetune.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.data.EvaluationData;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.StrictJson;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.model.HeadOrigin;
import io.sparsetune.task.Labels;
import io.sparsetune.version.LibraryVersion;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * {@code run.json}: everything about a run, where and when included. Nothing of it is in the delta.
 *
 * @param config as it was resolved
 * @param basePath where the base was, with its file system
 * @param json the whole file
 */
record RunRecord(RunConfig config, String basePath, ObjectNode json) {
  private static final int LARGEST = 16 << 20;

  RunRecord {
    json = json.deepCopy();
  }

  /** A copy of the whole file. */
  @Override
  public ObjectNode json() {
    return json.deepCopy();
  }

  /** Whether a file is one; it may be somebody else's of the same name. */
  static boolean isOne(ByteSource file) {
    try {
      return StrictJson.readObject(file, LARGEST).path("run_id").isTextual();
    } catch (DataException e) {
      return false;
    }
  }

  /**
   * @param arithmetic what decides the bits beside all else, {@link
   *     io.sparsetune.engine.Arithmetic}
   */
  static String write(
      SparkSession session, Preparation run, RunIdentity identity, String arithmetic) {
    RunConfig config = run.config();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format_version", 1);
    json.put("run_id", identity.runId());
    json.put("seed", config.training().seed());
    json.put("started", Instant.now().toString());
    json.put("config", RunConfigWriter.toMap(config));
    json.put("labels", run.train().labels().map(Labels::names).orElse(List.of()));
    json.put("base", base(session, run, identity));
    json.put("data", data(run, identity));
    Map<String, String> files = RunInputs.methodFiles(config.method());
    if (!files.isEmpty()) {
      json.put(RunInputs.METHOD_FILES, files);
    }
    json.put("versions", Map.of("sparsetune", LibraryVersion.number(), "spark", session.version()));
    json.put("spark", spark(session));
    json.put("arithmetic", arithmetic);
    json.put("driver", Machine.describe());
    return Json.pretty(json);
  }

  private static Map<String, Object> base(
      SparkSession session, Preparation run, RunIdentity identity) {
    HeadOrigin head = run.base().headOrigin(run.spec());
    Map<String, Object> base = new LinkedHashMap<>();
    base.put(
        "path",
        HadoopFiles.qualified(
            run.config().model().path(), session.sparkContext().hadoopConfiguration()));
    base.put(RunInputs.SHA256, identity.baseFingerprint());
    base.put("parameters", run.spec().layout().size());
    base.put("head_loaded", head.loaded());
    base.put("head_initialised", head.initialised());
    base.put("head", run.headReport());
    return base;
  }

  private static Map<String, Object> data(Preparation run, RunIdentity identity) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put(RunInputs.SHA256, identity.dataHash());
    data.put("train", rows(run.train().examples(), run.train().skipped(), run.train().truncated()));
    for (String set : List.of(Preparation.VALIDATION, Preparation.TEST)) {
      EvaluationData rows = run.evaluation().get(set);
      if (rows != null) {
        Map<String, Object> counts = rows(rows.examples(), rows.skipped(), rows.truncated());
        // Those of the validation are part of the data's.
        if (set.equals(Preparation.TEST)) {
          counts.put(RunInputs.SHA256, rows.hash().hex());
        }
        data.put(set, counts);
      }
    }
    return data;
  }

  private static Map<String, Object> rows(long examples, long skipped, long truncated) {
    Map<String, Object> rows = new LinkedHashMap<>();
    rows.put("examples", examples);
    rows.put("skipped", skipped);
    rows.put("truncated", truncated);
    return rows;
  }

  private static Map<String, Object> spark(SparkSession session) {
    Map<String, Object> spark = new LinkedHashMap<>();
    spark.put("master", session.sparkContext().master());
    spark.put("application", session.sparkContext().applicationId());
    spark.put("default_parallelism", session.sparkContext().defaultParallelism());
    return spark;
  }

  /**
   * @throws CorruptFileException where it is not what {@link #write} writes
   */
  static RunRecord read(ByteSource file) {
    ObjectNode json = StrictJson.readObject(file, LARGEST);
    JsonNode config = json.path("config");
    JsonNode base = json.path("base").path("path");
    if (!config.isObject() || !base.isTextual()) {
      throw new CorruptFileException(file.path(), "it has no config, or no path of the base");
    }
    try {
      return new RunRecord(
          RunConfigParser.parse(config.toString(), file.path(), List.of()), base.asText(), json);
    } catch (ConfigException e) {
      throw new CorruptFileException(
          file.path(), "its config is not one of this version: " + e.getMessage(), e);
    }
  }
}
