package io.sparsetune.data;

import io.sparsetune.cluster.SparkFailures;
import io.sparsetune.error.DataException;
import io.sparsetune.table.BadRow;
import io.sparsetune.table.BadRow.Reason;
import io.sparsetune.table.Table;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A first look at a table: how many rows can be used, what is wrong with the others, which labels
 * there are. Its result does not depend on how Spark splits the files.
 *
 * @param usable rows without a problem
 * @param bad rows that cannot be used, by reason
 * @param labels distinct labels of the usable rows, where they were asked for
 */
public record Survey(long usable, Map<Reason, Long> bad, Set<String> labels) {
  /** What becomes of rows that cannot be used. */
  public enum BadRows {
    SKIPPED,
    /** Refused, with the advice that they may be skipped. */
    REFUSED,
    /** Refused where every row must be used. */
    MUST_BE_MENDED
  }

  /**
   * @param reader what the task needs of a row
   * @param known the known labels in words, for messages
   * @throws DataException for a bad row, unless they are skipped; where no row is left
   */
  public static Survey of(
      Table table, RowReader reader, boolean collectLabels, BadRows badRows, String known) {
    List<SurveyPart> parts =
        SparkFailures.whileReading(
            table.key(),
            table.shown(),
            () ->
                table
                    .rows(reader.names())
                    .mapPartitions(
                        rows -> List.of(SurveyPart.of(rows, reader, collectLabels)).iterator())
                    .collect());
    Map<Reason, Long> bad = new EnumMap<>(Reason.class);
    Set<String> labels = new TreeSet<>();
    long usable = 0;
    for (SurveyPart part : parts) {
      usable += part.usable();
      part.bad().forEach((reason, count) -> bad.merge(reason, count, Long::sum));
      labels.addAll(part.labels());
    }
    Survey survey = new Survey(usable, bad, labels);
    if (badRows != BadRows.SKIPPED && !bad.isEmpty()) {
      throw new DataException(survey.firstProblem(parts, badRows, known, table.emptyText()));
    }
    if (usable == 0) {
      throw new DataException(
          "Cannot use %s: %s has no rows%s."
              .formatted(
                  table.key(),
                  table.shown(),
                  bad.isEmpty() ? "" : " that can be used (" + survey.badInWords() + ")"));
    }
    if (labels.size() > SurveyPart.MOST_LABELS) {
      throw new DataException(
          "Cannot use the labels of %s: there are more than %,d different ones. For numbers set task.type: regression; else name another column in task.label."
              .formatted(table.shown(), SurveyPart.MOST_LABELS));
    }
    return survey;
  }

  long badRows() {
    return bad.values().stream().mapToLong(Long::longValue).sum();
  }

  /** {@code 3 rows have no text, 1 row …}. */
  String badInWords() {
    return bad.entrySet().stream()
        .map(entry -> "%,d %s".formatted(entry.getValue(), entry.getKey().plural()))
        .collect(Collectors.joining(", "));
  }

  private String firstProblem(
      List<SurveyPart> parts, BadRows badRows, String known, String emptyText) {
    BadRow first =
        parts.stream()
            .flatMap(part -> part.firstBad().stream())
            .min(SurveyPart.BY_PLACE)
            .orElseThrow();
    long before =
        parts.stream().mapToLong(part -> part.rowsBefore(first.file(), first.block())).sum();
    String problem = first.message(before + first.index() + 1, known);
    String message =
        problem
            + (first.reason() == Reason.NO_TEXT ? emptyText : "")
            + (badRows == BadRows.REFUSED
                ? " Mend it, or set data.on_bad_row: skip."
                : " Mend it.");
    return badRows() == 1 ? message : message + " In all " + badInWords() + ".";
  }
}
