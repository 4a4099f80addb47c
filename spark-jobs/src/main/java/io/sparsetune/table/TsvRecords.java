package io.sparsetune.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Splits lines at tabs. */
final class TsvRecords implements Records {
  private final Lines lines;
  private final List<String> fields = new ArrayList<>();
  private String line = "";

  TsvRecords(Lines lines) {
    this.lines = lines;
  }

  @Override
  public boolean next() throws IOException {
    fields.clear();
    if (!lines.next()) {
      return false;
    }
    if (lines.isTooLong()) {
      line = new String(lines.bytes(), 0, 400, StandardCharsets.UTF_8);
      return true;
    }
    line = new String(lines.bytes(), StandardCharsets.UTF_8);
    int from = 0;
    for (int tab = line.indexOf('\t'); tab >= 0; tab = line.indexOf('\t', from)) {
      add(line.substring(from, tab));
      from = tab + 1;
    }
    add(line.substring(from));
    return true;
  }

  private void add(String field) {
    if (fields.size() <= MOST_COLUMNS) {
      fields.add(field.isEmpty() ? null : field);
    }
  }

  @Override
  public List<String> fields() {
    return fields;
  }

  @Override
  public String beginning() {
    return line;
  }

  @Override
  public boolean isTooLong() {
    return lines.isTooLong();
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }
}
