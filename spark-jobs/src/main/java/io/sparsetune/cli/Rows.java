package io.sparsetune.cli;

import io.sparsetune.table.TableFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The rows that a command reads. */
final class Rows {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = "A file or glob of rows, on any Hadoop file system. Repeatable.")
  private List<String> data = new ArrayList<>();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "csv, tsv, jsonl or parquet; by the files' suffix otherwise.")
  private TableFormat format;

  List<String> data() {
    return List.copyOf(data);
  }

  Optional<TableFormat> format() {
    return Optional.ofNullable(format);
  }
}
