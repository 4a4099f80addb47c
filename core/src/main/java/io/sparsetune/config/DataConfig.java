package io.sparsetune.config;

import java.util.List;
import java.util.Optional;

/**
 * @param train paths or globs on any Hadoop file system
 * @param validation paths or globs; empty where {@code validationShare} says how much of train to
 *     take
 * @param validationShare in [0, 1)
 * @param test paths or globs; may be empty
 * @param format csv, tsv, jsonl or parquet; empty to go by suffix
 */
public record DataConfig(
    List<String> train,
    List<String> validation,
    double validationShare,
    List<String> test,
    Optional<String> format,
    OnBadRow onBadRow,
    int maxSeqLength,
    int lengthWindow) {

  public enum OnBadRow {
    FAIL,
    SKIP
  }
}
