package io.sparsetune.config;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * @param train paths or globs on any Hadoop file system
 * @param validation paths or globs; empty where {@code validationShare} says how much of train to
 *     take
 * @param validationShare in [0, 1)
 * @param test paths or globs; may be empty
 * @param maxTrainSamples most rows to train on, chosen by content; empty for all
 * @param format csv, tsv, jsonl or parquet; empty to go by suffix
 */
public record DataConfig(
    List<String> train,
    List<String> validation,
    double validationShare,
    List<String> test,
    OptionalInt maxTrainSamples,
    Optional<String> format,
    OnBadRow onBadRow,
    int maxSeqLength,
    int lengthWindow) {

  public enum OnBadRow {
    FAIL,
    SKIP
  }

  /** The same way of reading, of other files to test on, whose format may be another. */
  public DataConfig testedOn(List<String> files, Optional<String> theirFormat) {
    return new DataConfig(
        train,
        validation,
        validationShare,
        files,
        maxTrainSamples,
        theirFormat,
        onBadRow,
        maxSeqLength,
        lengthWindow);
  }
}
