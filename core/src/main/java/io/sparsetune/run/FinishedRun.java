package io.sparsetune.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Folder;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.KeyName;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.Sha256;
import io.sparsetune.files.Unreadable;
import io.sparsetune.files.WrittenResult;
import io.sparsetune.task.Labels;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A finished run as it is read back.
 *
 * @param location of its folder, as messages name it
 * @param manifest the configuration of the run
 * @param delta the trained positions and values
 * @param deltaSha256 of the delta's file
 * @param deltaBytes length of the delta's file
 * @param result empty where its file is missing
 */
public record FinishedRun(
    String location,
    RunManifest manifest,
    SparseDelta delta,
    String deltaSha256,
    long deltaBytes,
    Optional<RunResult> result) {
  /** The most that a Java array holds; training writes the file from one. */
  private static final int LARGEST_DELTA = Integer.MAX_VALUE - 8;

  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads the run in a folder.
   *
   * @throws DataException where there is none, or it did not finish
   * @throws CorruptFileException where a file breaks its format, or the delta has changed
   */
  public static FinishedRun open(Folder folder) {
    requireFinished(folder);
    ByteSource record = folder.file(RunFiles.RUN);
    RunManifest manifest = RunManifest.read(record);
    String file = folder.file(RunFiles.DELTA).path();
    byte[] bytes = folder.file(RunFiles.DELTA).readAll(LARGEST_DELTA).array();
    SparseDelta delta = DeltaFile.read(ByteSource.of(file, bytes));
    requireFits(record.path(), manifest, delta.info());
    Optional<RunResult> result = result(folder);
    String sha256 = Sha256.hex(bytes);
    result
        .flatMap(RunResult::deltaSha256)
        .ifPresent(written -> WrittenResult.requireUnchanged(file, sha256, written));
    return new FinishedRun(folder.location(), manifest, delta, sha256, bytes.length, result);
  }

  private static void requireFinished(Folder folder) {
    String path = folder.location();
    try {
      if (!folder.exists()) {
        throw new DataException("Cannot read the run " + path + ": there is no such folder");
      }
      if (!folder.contains(RunFiles.RUN)) {
        throw new DataException(
            "Cannot read the run %s: it is not a run (%s is missing)"
                .formatted(path, RunFiles.RUN));
      }
      if (!folder.contains(RunFiles.SUCCESS)) {
        throw new DataException(
            "Cannot read the run %s: it did not finish (%s is missing)"
                .formatted(path, RunFiles.SUCCESS));
      }
      if (!folder.contains(RunFiles.DELTA)) {
        throw new DataException(
            "Cannot read the run %s: %s is missing".formatted(path, RunFiles.DELTA));
      }
    } catch (IOException e) {
      throw new DataException("Cannot read the run " + path + ": " + IoReason.of(e), e);
    }
  }

  private static Optional<RunResult> result(Folder folder) {
    try {
      return folder.contains(RunFiles.RESULT)
          ? Optional.of(RunResult.read(folder.file(RunFiles.RESULT)))
          : Optional.empty();
    } catch (IOException e) {
      throw Unreadable.because(folder.location(), e);
    }
  }

  /** The manifest and the delta are of one run. */
  private static void requireFits(String file, RunManifest manifest, DeltaInfo delta) {
    if (!manifest.runId().equals(delta.runId())) {
      throw invalid(file, "run_id", manifest.runId(), "that of the delta, " + delta.runId());
    }
    if (!manifest.labels().equals(delta.labels())) {
      throw invalid(file, "labels", manifest.labels(), "those of the delta");
    }
    if (manifest.config().task().type() != delta.taskType()) {
      throw invalid(
          file,
          "task.type",
          KeyName.of(manifest.config().task().type()),
          "that of the delta, " + KeyName.of(delta.taskType()));
    }
    int most = delta.spec().encoder().maxTokens();
    if (manifest.config().data().maxSeqLength() > most) {
      throw invalid(
          file,
          "data.max_seq_length",
          manifest.config().data().maxSeqLength(),
          "at most %d, for which its model has positions".formatted(most));
    }
  }

  private static CorruptFileException invalid(
      String file, String key, Object value, String expected) {
    return JsonFields.invalid(file, key, JSON.<JsonNode>valueToTree(value), expected);
  }

  /** The origin of a file that is made of this run. */
  public Map<String, String> provenance() {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("sparsetune", delta.info().libraryVersion());
    provenance.put("run_id", delta.info().runId());
    provenance.put("base_sha256", delta.info().baseFingerprint());
    return provenance;
  }

  /** Labels of a classification; empty for regression. */
  public Optional<Labels> labels() {
    return delta.info().labels().isEmpty()
        ? Optional.empty()
        : Optional.of(Labels.of(delta.info().labels()));
  }
}
