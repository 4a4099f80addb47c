package io.sparsetune.table;

import io.sparsetune.error.DataException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The formats of tables, told by suffix unless the configuration names one. */
public enum TableFormat {
  /** With a header; fields may be quoted by {@code "}, which inside is doubled, and span lines. */
  CSV(List.of(".csv")),
  /** With a header; one row a line, and quotes are ordinary characters, as in GLUE's files. */
  TSV(List.of(".tsv", ".tab")),
  /** One JSON object a line. */
  JSONL(List.of(".jsonl", ".json", ".ndjson")),
  PARQUET(List.of(".parquet", ".pq"));

  private static final List<String> COMPRESSIONS =
      List.of(".gz", ".bz2", ".zst", ".lz4", ".snappy", ".deflate");

  private final List<String> suffixes;

  TableFormat(List<String> suffixes) {
    this.suffixes = suffixes;
  }

  /**
   * The format named, else that of the file's suffix, before which a compression's may stand.
   *
   * @param key the configuration key that names the file
   */
  static TableFormat of(Optional<String> named, String key, String file) {
    if (named.isPresent()) {
      return valueOf(named.get().toUpperCase(Locale.ROOT));
    }
    String name = file.toLowerCase(Locale.ROOT);
    for (String compression : COMPRESSIONS) {
      if (name.endsWith(compression)) {
        name = name.substring(0, name.length() - compression.length());
      }
    }
    for (TableFormat format : values()) {
      if (format.suffixes.stream().anyMatch(name::endsWith)) {
        return format;
      }
    }
    throw new DataException(
        "Cannot tell the format of %s (%s) by its suffix. Set %s csv, tsv, jsonl or parquet."
            .formatted(file, key, key.startsWith("--") ? "--format to" : "data.format:"));
  }
}
