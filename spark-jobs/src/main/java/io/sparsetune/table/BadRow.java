package io.sparsetune.table;

import io.sparsetune.error.Shown;
import java.io.Serializable;

/**
 * A row that cannot be used, and why.
 *
 * @param block and
 * @param index as in {@link TableRow}
 * @param column the column at fault; empty for a row that could not be parsed
 * @param value what stands there, shortened; empty for nothing
 */
public record BadRow(
    String file, long block, long index, Reason reason, String column, String value)
    implements Serializable {
  private static final int SHOWN = 80;

  public enum Reason {
    MALFORMED("could not be parsed"),
    NOT_UTF8("are not in UTF-8"),
    NOT_A_VALUE(
        "have a list, an object, an infinite number or half of a character where a text or a label"
            + " belongs"),
    NO_TEXT("have no text"),
    NO_LABEL("have no label"),
    UNKNOWN_LABEL("have an unknown label"),
    NO_SUCH_CHOICE("have a label that is not the index of a choice"),
    NOT_AN_INDEX("have an index of a span that is not the number of a word"),
    SPAN_NOT_THERE("have a span that does not stand at its index"),
    NOT_A_NUMBER("have a label that is not a number");

    private final String plural;

    Reason(String plural) {
      this.plural = plural;
    }

    /** To go on after a number of rows. */
    public String plural() {
      return plural;
    }
  }

  public static BadRow of(TableRow row, Reason reason, String column, String value) {
    return new BadRow(row.file(), row.block(), row.index(), reason, column, cut(value));
  }

  /** A row's place in words, as far as one part of its file tells. */
  public static String place(TableRow row) {
    String file = Table.shown(row.file());
    return row.block() == 0
        ? "%d of %s".formatted(row.index() + 1, file)
        : "%d after byte %d of %s".formatted(row.index() + 1, row.block(), file);
  }

  /** As much of a value as a message can show. */
  public static String cut(String value) {
    return Shown.cut(value, SHOWN);
  }

  /**
   * @param number the row's number in its file, from 1
   * @param labels the known labels, for an unknown one
   */
  public String message(long number, String labels) {
    String what =
        switch (reason) {
          case MALFORMED -> value + ".";
          case NOT_UTF8 ->
              "'%s' has U+FFFD, the character that stands for bytes that are not UTF-8."
                  .formatted(value);
          case NOT_A_VALUE ->
              "column '%s' has %s; a text, a finite number or a flag belongs there."
                  .formatted(column, value);
          case NO_TEXT -> "column '%s' has no text (null).".formatted(column);
          case NO_LABEL -> "column '%s' has no label (null).".formatted(column);
          case UNKNOWN_LABEL ->
              "label '%s' in column '%s' is not among the labels (task.labels, or those of the training data): %s."
                  .formatted(value, column, labels);
          case NO_SUCH_CHOICE ->
              "'%s' in column '%s' is not the index of a choice, which counts from 0: %s."
                  .formatted(value, column, labels);
          case NOT_AN_INDEX ->
              "'%s' in column '%s' is not the number of a word, from 0.".formatted(value, column);
          case SPAN_NOT_THERE -> "the span %s.".formatted(value);
          case NOT_A_NUMBER ->
              "'%s' in column '%s' is not a finite number, which regression needs."
                  .formatted(value, column);
        };
    return "Cannot use row %d of %s: %s".formatted(number, Table.shown(file), what);
  }
}
