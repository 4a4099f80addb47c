package io.sparsetune.data;

import io.sparsetune.table.BadRow;
import io.sparsetune.table.BadRow.Reason;
import io.sparsetune.table.ColumnPath;
import io.sparsetune.table.Columns;
import io.sparsetune.table.NumberText;
import io.sparsetune.table.TableRow;
import io.sparsetune.table.Unusable;
import io.sparsetune.task.Labels;
import io.sparsetune.text.SpanMarks;
import io.sparsetune.text.SpanMarks.Span;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Takes what a task needs out of a row: texts, and a label, a number or the index of a choice. */
public final class RowReader implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String INDEX = "\\d{1,9}";
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][-+]?\\d+)?");

  /** COPA's two kinds of question, as its makers put them; others stand in the data as they are. */
  private static final Map<String, String> QUESTIONS =
      Map.of(
          "cause", "What was the cause of this?",
          "effect", "What happened as a RESULT?");

  private final Columns columns;
  private final Labels labels;
  private final boolean regression;

  private RowReader(Columns columns, Labels labels, boolean regression) {
    this.columns = columns;
    this.labels = labels;
    this.regression = regression;
  }

  /** For labels that are not known yet: every one will do. */
  public static RowReader ofAnyLabel(Columns columns) {
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
  public static RowReader ofTexts(Columns columns) {
    return new RowReader(columns, null, false);
  }

  /** The columns that {@link TableRow#cells()} must hold. */
  public List<String> names() {
    return columns.named().stream().map(Columns.Named::column).distinct().toList();
  }

  /** What is wrong with the row, if anything. */
  Optional<BadRow> problem(TableRow row) {
    if (!row.malformed().isEmpty()) {
      return Optional.of(
          new BadRow(row.file(), row.block(), row.index(), Reason.MALFORMED, "", row.malformed()));
    }
    if (!row.undecoded().isEmpty()) {
      return bad(row, Reason.NOT_UTF8, "", row.undecoded());
    }
    for (Columns.Named named : columns.named()) {
      Optional<Unusable> unusable = unusable(row, named.column());
      if (unusable.isPresent()) {
        return bad(row, Reason.NOT_A_VALUE, named.column(), unusable.get().what());
      }
      boolean label = columns.label().filter(named.column()::equals).isPresent();
      if (!label && cell(row, named.column()) == null) {
        return bad(row, Reason.NO_TEXT, named.column(), "");
      }
    }
    for (Columns.Span span : columns.spans()) {
      Optional<BadRow> problem = problem(row, span);
      if (problem.isPresent()) {
        return problem;
      }
    }
    if (columns.label().isEmpty()) {
      return Optional.empty();
    }
    String column = columns.label().get();
    String label = cell(row, column);
    if (label == null || label.isEmpty()) {
      return bad(row, Reason.NO_LABEL, column, "");
    }
    if (labels != null && labels.index(label) < 0) {
      boolean choice = !columns.choices().isEmpty();
      return bad(row, choice ? Reason.NO_SUCH_CHOICE : Reason.UNKNOWN_LABEL, column, label);
    }
    if (regression && !isNumber(label)) {
      return bad(row, Reason.NOT_A_NUMBER, column, label);
    }
    return Optional.empty();
  }

  /** The texts of the row's sequences: one, or one for each choice. */
  List<SequenceText> sequences(TableRow row) {
    String text = cell(row, columns.text());
    if (!columns.spans().isEmpty()) {
      List<Span> places =
          columns.spans().stream().map(span -> place(row, span).orElseThrow()).toList();
      String marked = SpanMarks.mark(text, places.get(0), places.get(1));
      return List.of(new SequenceText(marked, Optional.empty()));
    }
    if (columns.choices().isEmpty()) {
      return List.of(new SequenceText(text, columns.textPair().map(column -> cell(row, column))));
    }
    Optional<String> question = columns.question().map(column -> cell(row, column));
    String asked = question.map(q -> text + " " + QUESTIONS.getOrDefault(q, q)).orElse(text);
    return columns.choices().stream()
        .map(choice -> new SequenceText(asked, Optional.of(cell(row, choice))))
        .toList();
  }

  private Optional<BadRow> problem(TableRow row, Columns.Span span) {
    String index = cell(row, span.index());
    if (!index.matches(INDEX)) {
      return bad(row, Reason.NOT_AN_INDEX, span.index(), index);
    }
    if (place(row, span).isPresent()) {
      return Optional.empty();
    }
    List<String> words = SpanMarks.words(cell(row, columns.text()));
    int word = Integer.parseInt(index);
    String there =
        word < words.size()
            ? "where '%s' stands".formatted(BadRow.cut(words.get(word)))
            : "which has %d words".formatted(words.size());
    return Optional.of(
        new BadRow(
            row.file(),
            row.block(),
            row.index(),
            Reason.SPAN_NOT_THERE,
            span.text(),
            "'%s' (column '%s') does not stand at word %d of the text (column '%s'), %s"
                .formatted(
                    BadRow.cut(cell(row, span.text())), span.text(), word, span.index(), there)));
  }

  private Optional<Span> place(TableRow row, Columns.Span span) {
    return SpanMarks.find(
        cell(row, columns.text()),
        cell(row, span.text()),
        Integer.parseInt(cell(row, span.index())));
  }

  String label(TableRow row) {
    return cell(row, columns.label().orElseThrow());
  }

  /** The index of the label or choice, or the number; 0 where there is no label column. */
  float target(TableRow row) {
    if (columns.label().isEmpty()) {
      return 0;
    }
    String label = label(row);
    return regression ? (float) Double.parseDouble(label.strip()) : labels.index(label);
  }

  /** Texts and label, as they are hashed. */
  String[] fields(TableRow row) {
    return columns.named().stream().map(named -> cell(row, named.column())).toArray(String[]::new);
  }

  private static Optional<Unusable> unusable(TableRow row, String column) {
    Object value = ColumnPath.value(row.cells(), column);
    if (value instanceof Unusable unusable) {
      return Optional.of(unusable);
    }
    boolean infinite =
        (value instanceof Double || value instanceof Float)
            && Double.isInfinite(((Number) value).doubleValue());
    return infinite
        ? Optional.of(new Unusable("the number %s, which is not finite".formatted(value)))
        : Optional.empty();
  }

  private static Optional<BadRow> bad(TableRow row, Reason reason, String column, String value) {
    return Optional.of(BadRow.of(row, reason, column, value));
  }

  /** The cell as text. Null for none, which tables of numbers write as NaN. */
  private static String cell(TableRow row, String column) {
    Object value = ColumnPath.value(row.cells(), column);
    if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      if (Double.isNaN(number)) {
        return null;
      }
      if (number == Math.rint(number) && Math.abs(number) < 0x1p53) {
        return Long.toString((long) number);
      }
      return Double.isInfinite(number)
          ? value.toString()
          : NumberText.of(new BigDecimal(value.toString()));
    }
    if (value instanceof BigDecimal decimal) {
      return NumberText.of(decimal);
    }
    return value == null ? null : value.toString();
  }

  private static boolean isNumber(String label) {
    return NUMBER.matcher(label.strip()).matches()
        && !Float.isInfinite((float) Double.parseDouble(label.strip()));
  }
}
