package io.sparsetune.quickstart;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparsetune.error.DataException;
import io.sparsetune.files.IoReason;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.quickstart.GrammarSplit.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes files under a temporary name first, so that one that is there is whole. */
final class QuickStartFiles {
  private static final JsonMapper JSON = new JsonMapper();

  private QuickStartFiles() {}

  /** One JSON object a line, {@code {"text": …, "label": …}}. */
  static void writeRows(Path file, List<Row> rows) {
    StringBuilder lines = new StringBuilder();
    for (Row row : rows) {
      lines
          .append(
              JSON.createObjectNode().put("text", row.text()).put("label", row.label()).toString())
          .append('\n');
    }
    writeText(file, lines.toString());
  }

  static void writeText(Path file, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      OutputFolder.local(file.getParent())
          .write(file.getFileName().toString(), out -> out.write(bytes));
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  static DataException cannotWrite(Path file, IOException e) {
    return new DataException("Cannot write %s: %s".formatted(file, IoReason.of(e)), e);
  }
}
