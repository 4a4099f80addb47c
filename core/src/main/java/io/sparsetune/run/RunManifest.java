package io.sparsetune.run;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.JsonText;
import io.sparsetune.files.RunFiles;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * {@code run.json}: the configuration of a run and everything about where and when it was made.
 * Nothing of the latter is in the delta.
 *
 * @param runId 64 hexadecimal digits
 * @param started empty where an older version did not record it
 * @param config with every default filled in
 * @param labels by index; none for regression
 * @param data empty for a run that was not trained here
 * @param methodFiles hashes of the files that the method's keys name, by key
 * @param environment where the run was begun
 * @param arithmetic the engine's numerics, {@link io.sparsetune.engine.Arithmetic}; empty for a run
 *     that was not trained here
 * @param attempts later processes that went on with the run, in order
 */
public record RunManifest(
    String runId,
    Optional<Instant> started,
    RunOrigin origin,
    RunConfig config,
    List<String> labels,
    RunBase base,
    Optional<RunData> data,
    Map<String, String> methodFiles,
    Environment environment,
    Optional<String> arithmetic,
    List<Attempt> attempts) {
  static final int VERSION = 1;

  static final String COMPOSED = "composed";
  static final String IMPORTED = "imported";
  static final String METHOD_FILES = "method_files";
  static final String ATTEMPTS = "attempts";

  public RunManifest {
    labels = List.copyOf(labels);
    methodFiles = Collections.unmodifiableMap(new TreeMap<>(methodFiles));
    attempts = List.copyOf(attempts);
  }

  /** A run that begins now and is not trained here. */
  public static RunManifest of(
      String runId,
      RunOrigin origin,
      RunConfig config,
      List<String> labels,
      RunBase base,
      Environment environment) {
    return new RunManifest(
        runId,
        Optional.of(Instant.now()),
        origin,
        config,
        labels,
        base,
        Optional.empty(),
        Map.of(),
        environment,
        Optional.empty(),
        List.of());
  }

  /**
   * The manifest of a run that another process goes on with: this one's configuration and places,
   * since content decides whether the two are the same run, and the beginning of the other.
   *
   * @param begun the manifest that is there
   */
  public RunManifest goingOn(RunManifest begun, Attempt attempt) {
    List<Attempt> more = new ArrayList<>(begun.attempts);
    more.add(attempt);
    return new RunManifest(
        runId,
        begun.started,
        origin,
        config,
        labels,
        base,
        data,
        methodFiles,
        begun.environment,
        arithmetic,
        more);
  }

  /** Everything that the run read, told apart by content. */
  public RunInputs inputs() {
    return RunInputs.recorded(this);
  }

  /** Whether a file is a manifest, perhaps a damaged one; it may be another file of that name. */
  public static boolean isOne(ByteSource file) {
    return ManifestReader.isOne(file);
  }

  /**
   * Reads {@code run.json}.
   *
   * @throws CorruptFileException for a file that {@link #text} does not write
   * @throws UnsupportedVersionException for a file of a later version
   */
  public static RunManifest read(ByteSource file) {
    return ManifestReader.read(file);
  }

  /**
   * The whole file.
   *
   * @throws ConfigException where the reader would refuse it
   */
  public String text() {
    String text = JsonText.pretty(json());
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      read(ByteSource.of(RunFiles.RUN, bytes));
    } catch (DataException | CorruptFileException | UnsupportedVersionException e) {
      throw new ConfigException("Cannot write a run that could be read back: " + e.getMessage(), e);
    }
    return text;
  }

  private Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format_version", VERSION);
    json.put("run_id", runId);
    json.put("seed", config.training().seed());
    started.ifPresent(time -> json.put("started", time.toString()));
    if (origin instanceof RunOrigin.Composed composed) {
      json.put(COMPOSED, composed.json());
    } else if (origin instanceof RunOrigin.Imported imported) {
      json.put(IMPORTED, imported.json());
    }
    json.put("config", RunConfigWriter.toMap(config));
    json.put("labels", labels);
    json.put("base", base.json());
    data.ifPresent(rows -> json.put("data", rows.json()));
    if (!methodFiles.isEmpty()) {
      json.put(METHOD_FILES, methodFiles);
    }
    environment.writeCluster(json);
    arithmetic.ifPresent(numerics -> json.put("arithmetic", numerics));
    environment.writeDriver(json);
    if (!attempts.isEmpty()) {
      json.put(ATTEMPTS, attempts.stream().map(Attempt::json).toList());
    }
    return json;
  }
}
