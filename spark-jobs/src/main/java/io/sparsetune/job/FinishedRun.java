package io.sparsetune.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.DataConfig;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.KeyName;
import io.sparsetune.files.Sha256;
import io.sparsetune.files.Unreadable;
import io.sparsetune.files.WrittenResult;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.hadoop.HadoopModels;
import io.sparsetune.table.TableFormat;
import io.sparsetune.task.Labels;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/**
 * A finished run as it is read back.
 *
 * @param folder where it is
 * @param record how it was configured
 * @param delta what it trained
 * @param deltaSha256 of the delta's file
 * @param deltaBytes its length
 */
record FinishedRun(
    HadoopFolder folder, RunRecord record, SparseDelta delta, String deltaSha256, long deltaBytes) {
  /** What a Java array holds; training writes it from one. */
  private static final int LARGEST_DELTA = Integer.MAX_VALUE - 8;

  /**
   * @throws DataException where there is none, or it did not finish
   * @throws CorruptFileException where a file breaks its format, or the delta has changed
   */
  static FinishedRun open(String path, Configuration hadoop) {
    HadoopFolder folder = RunFolder.toRead(path, hadoop);
    RunRecord record = RunRecord.read(folder.file(RunFiles.RUN));
    String file = folder.file(RunFiles.DELTA).path();
    byte[] bytes = folder.file(RunFiles.DELTA).readAll(LARGEST_DELTA).array();
    SparseDelta delta = DeltaFile.read(ByteSource.of(file, bytes));
    record.requireFits(folder.file(RunFiles.RUN), delta.info());
    FinishedRun run = new FinishedRun(folder, record, delta, Sha256.hex(bytes), bytes.length);
    run.result()
        .ifPresent(result -> WrittenResult.requireUnchanged(file, run.deltaSha256(), result));
    return run;
  }

  /** {@code result.json}, where it is there. */
  Optional<ObjectNode> result() {
    try {
      return folder.contains(RunFiles.RESULT)
          ? Optional.of(WrittenResult.read(folder.file(RunFiles.RESULT)))
          : Optional.empty();
    } catch (IOException e) {
      throw Unreadable.because(folder.location(), e);
    }
  }

  /**
   * Where the base is: where the caller says, or where it was.
   *
   * @throws DataException where the caller says nothing, and it is not there any more
   */
  String basePath(Optional<String> moved, Configuration hadoop) {
    if (moved.isEmpty() && !HadoopModels.isThere(record.basePath(), hadoop)) {
      throw new DataException(
          "Cannot find the base model of the run %s where it was, %s. Say with --model where it is now."
              .formatted(folder.location(), HadoopFiles.shown(record.basePath())));
    }
    return moved.orElse(record.basePath());
  }

  /** Where a result of this run comes from. */
  Map<String, String> provenance() {
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("sparsetune", delta.info().libraryVersion());
    provenance.put("run_id", delta.info().runId());
    provenance.put("base_sha256", delta.info().baseFingerprint());
    return provenance;
  }

  /** The run's way of reading, of other files, whose format may be another. */
  DataConfig reading(List<String> files, Optional<TableFormat> format) {
    DataConfig data = record.config().data();
    return new DataConfig(
        data.train(),
        data.validation(),
        data.validationShare(),
        files,
        data.maxTrainSamples(),
        format.map(KeyName::of),
        data.onBadRow(),
        data.maxSeqLength(),
        data.lengthWindow());
  }

  /** Labels of a classification; empty for regression. */
  Optional<Labels> labels() {
    return delta.info().labels().isEmpty()
        ? Optional.empty()
        : Optional.of(Labels.of(delta.info().labels()));
  }
}
