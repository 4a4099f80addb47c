package io.sparsetune.data;

import io.sparsetune.data.BadRow.Reason;
import io.sparsetune.task.Labels;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Takes what a task needs out of a row: texts, and a label or a number. */
public final class RowReader implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

  private final Columns columns;
  private final Labels labels;
  private final boolean regression;

  private RowReader(Columns columns, Labels labels, boolean regression) {
    this.columns = columns;
    this.labels = labels;
    this.regression = regression;
  }

  /** For labels that are not known yet: every one will do. */
  static RowReader ofAnyLabel(Columns columns) {
    return new RowReader(columns, null, false);
  }

  /** For a classification's labels; those of other rows are bad. */
  static RowReader of(Columns columns, Labels labels) {
    return new RowReader(columns, labels, false);
  }

  /** For regression: labels are numbers. */
  static RowReader ofNumbers(Columns columns) {
    return new RowReader(columns, null, true);
  }

  /** For texts alone. */
  static RowReader ofTexts(Columns columns) {
    return new RowReader(columns, null, false);
  }

  /** The columns that {@link TableRow#cells()} must hold, in this order. */
  List<String> names() {
    return columns.named().stream().map(Columns.Named::column).distinct().toList();
  }

  /** What is wrong with the row, if anything. */
  Optional<BadRow> problem(TableRow row) {
    if (!row.malformed().isEmpty()) {
      return bad(row, Reason.MALFORMED, "", row.malformed());
    }
    if (!row.undecoded().isEmpty()) {
      return bad(row, Reason.NOT_UTF8, "", row.undecoded());
    }
    if (cell(row, columns.text()) == null) {
      return bad(row, Reason.NO_TEXT, columns.text(), "");
    }
    if (columns.textPair().isPresent() && cell(row, columns.textPair().get()) == null) {
      return bad(row, Reason.NO_TEXT, columns.textPair().get(), "");
    }
    if (columns.label().isEmpty()) {
      return Optional.empty();
    }
    String column = columns.label().get();
    String label = cell(row, column);
    if (label == null) {
      return bad(row, Reason.NO_LABEL, column, "");
    }
    if (labels != null && labels.index(label) < 0) {
      return bad(row, Reason.UNKNOWN_LABEL, column, label);
    }
    if (regression && !isNumber(label)) {
      return bad(row, Reason.NOT_A_NUMBER, column, label);
    }
    return Optional.empty();
  }

  /** The text. */
  String text(TableRow row) {
    return cell(row, columns.text());
  }

  Optional<String> textPair(TableRow row) {
    return columns.textPair().map(column -> cell(row, column));
  }

  String label(TableRow row) {
    return cell(row, columns.label().orElseThrow());
  }

  /** The label's index, or the number; 0 where there is no label column. */
  float target(TableRow row) {
    if (columns.label().isEmpty()) {
      return 0;
    }
    String label = label(row);
    return regression ? (float) Double.parseDouble(label.strip()) : labels.index(label);
  }

  /** Texts and label, as they are hashed. */
  String[] fields(TableRow row) {
    List<String> fields = new ArrayList<>();
    fields.add(text(row));
    textPair(row).ifPresent(fields::add);
    columns.label().ifPresent(column -> fields.add(cell(row, column)));
    return fields.toArray(String[]::new);
  }

  private static Optional<BadRow> bad(TableRow row, Reason reason, String column, String value) {
    return Optional.of(BadRow.of(row, reason, column, value));
  }

  /**
   * The cell as text: whole numbers without a fraction, whatever their type. Null for none, which
   * tables of numbers write as NaN.
   */
  private static String cell(TableRow row, String column) {
    Object value = row.cells().getAs(column);
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      if (Double.isNaN(number)) {
        return null;
      }
      if (number == Math.rint(number) && Math.abs(number) < 0x1p53) {
        return Long.toString((long) number);
      }
    }
    return value == null ? null : value.toString();
  }

  private static boolean isNumber(String label) {
    return NUMBER.matcher(label.strip()).matches()
        && !Float.isInfinite((float) Double.parseDouble(label.strip()));
  }
}
