package io.sparsetune.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.data.EvaluationData;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.KeyName;
import io.sparsetune.files.StrictJson;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.keys.Node;
import io.sparsetune.pretrained.HeadOrigin;
import io.sparsetune.task.Labels;
import io.sparsetune.version.LibraryVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
  private static final int VERSION = 1;

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
    } catch (DataException | CorruptFileException e) {
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
    json.put("format_version", VERSION);
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
    return readable(json);
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
   * A {@code run.json} that can be read back.
   *
   * @throws ConfigException where the reader would refuse it
   */
  static String readable(Map<String, ?> json) {
    String text = Json.pretty(json);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      read(ByteSource.of(RunFiles.RUN, bytes));
    } catch (DataException | CorruptFileException | UnsupportedVersionException e) {
      throw new ConfigException("Cannot write a run that could be read back: " + e.getMessage(), e);
    }
    return text;
  }

  /**
   * @throws CorruptFileException where it is not what {@link #write} writes
   * @throws UnsupportedVersionException where a later version wrote it
   */
  static RunRecord read(ByteSource file) {
    ObjectNode json = StrictJson.readObject(file, LARGEST);
    requireVersion(file.path(), json.path("format_version"));
    JsonNode base = json.path("base").path("path");
    if (!(json.get("config") instanceof ObjectNode config) || !base.isTextual()) {
      throw new CorruptFileException(file.path(), "it has no config, or no path of the base");
    }
    if (!json.path("run_id").asText().matches("[0-9a-f]{64}")) {
      throw invalid(file, "run_id", json.path("run_id"), "64 hexadecimal digits");
    }
    requireLabels(file, json.path("labels"));
    RunConfig read;
    try {
      read = RunConfigParser.parse(config, file.path(), List.of());
    } catch (ConfigException e) {
      throw new CorruptFileException(
          file.path(), "its config is not one of this version: " + e.getMessage(), e);
    }
    JsonNode seed = json.path("seed");
    if (!seed.isIntegralNumber() || seed.asLong() != read.training().seed()) {
      throw invalid(file, "seed", seed, "the seed of its config, " + read.training().seed());
    }
    return new RunRecord(read, base.asText(), json);
  }

  private static void requireVersion(String path, JsonNode version) {
    if (!version.isIntegralNumber() || version.asInt() < 1) {
      throw new CorruptFileException(
          path, "its format_version is %s, not a number such as 1".formatted(shown(version)));
    }
    if (version.asLong() > VERSION) {
      throw new UnsupportedVersionException(
          path,
          "its format version is %s, this version of SparseTune reads %d: use a newer one"
              .formatted(shown(version), VERSION));
    }
  }

  private static void requireLabels(ByteSource file, JsonNode labels) {
    Set<String> seen = new HashSet<>();
    if (!labels.isArray()) {
      throw invalid(file, "labels", labels, "a list of texts");
    }
    for (JsonNode label : labels) {
      if (!label.isTextual() || !seen.add(label.asText())) {
        throw invalid(file, "labels", label, "texts, each once");
      }
    }
  }

  /**
   * Makes sure that the record and the delta are of one run.
   *
   * @param file of the record, for messages
   * @throws CorruptFileException where they are not
   */
  void requireFits(ByteSource file, DeltaInfo delta) {
    if (!json.path("run_id").asText().equals(delta.runId())) {
      throw invalid(file, "run_id", json.path("run_id"), "that of the delta, " + delta.runId());
    }
    List<String> labels = new ArrayList<>();
    json.path("labels").forEach(label -> labels.add(label.asText()));
    if (!labels.equals(delta.labels())) {
      throw invalid(file, "labels", json.path("labels"), "those of the delta");
    }
    if (config.task().type() != delta.taskType()) {
      throw invalid(
          file,
          "task.type",
          json.path("config").path("task").path("type"),
          "that of the delta, " + KeyName.of(delta.taskType()));
    }
    int most = delta.spec().encoder().maxTokens();
    if (config.data().maxSeqLength() > most) {
      throw invalid(
          file,
          "data.max_seq_length",
          json.path("config").path("data").path("max_seq_length"),
          "at most %d, for which its model has positions".formatted(most));
    }
  }

  private static CorruptFileException invalid(
      ByteSource file, String key, JsonNode value, String expected) {
    return new CorruptFileException(
        file.path(), "its %s is %s; expected %s".formatted(key, shown(value), expected));
  }

  private static String shown(JsonNode value) {
    return value.isMissingNode() ? "missing" : Node.cut(value.toString());
  }
}
