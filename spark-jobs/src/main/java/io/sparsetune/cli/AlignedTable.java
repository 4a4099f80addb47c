package io.sparsetune.cli;

import io.sparsetune.error.Printable;
import java.util.ArrayList;
import java.util.List;

/** Rows of cells as lines of text: the first column to the left, the others to the right. */
final class AlignedTable {
  private final List<List<String>> rows = new ArrayList<>();

  void row(List<String> cells) {
    rows.add(cells.stream().map(Printable::line).toList());
  }

  void row(String... cells) {
    row(List.of(cells));
  }

  List<String> lines() {
    List<Integer> widths = new ArrayList<>();
    for (List<String> row : rows) {
      for (int c = 0; c < row.size(); c++) {
        if (c == widths.size()) {
          widths.add(0);
        }
        widths.set(c, Math.max(widths.get(c), row.get(c).length()));
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(List<String> row, List<Integer> widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < row.size(); c++) {
      String blanks = " ".repeat(widths.get(c) - row.get(c).length());
      line.append(c == 0 ? "" : "  ").append(c == 0 ? row.get(c) + blanks : blanks + row.get(c));
    }
    return line.toString().stripTrailing();
  }
}
