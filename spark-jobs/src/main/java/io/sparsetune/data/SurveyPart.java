package io.sparsetune.data;

import io.sparsetune.table.BadRow;
import io.sparsetune.table.BadRow.Reason;
import io.sparsetune.table.TableRow;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One task's part of a {@link Survey}. */
final class SurveyPart implements Serializable {
  private static final long serialVersionUID = 1;
  static final int MOST_LABELS = 10_000;
  static final Comparator<BadRow> BY_PLACE =
      Comparator.comparing(BadRow::file).thenComparing(BadRow::block).thenComparing(BadRow::index);

  private final List<Block> blocks = new ArrayList<>();
  private final Map<Reason, Long> bad = new EnumMap<>(Reason.class);
  private final Set<String> labels = new HashSet<>();
  private BadRow firstBad;
  private long usable;

  /** How many rows a part of a file has, good and bad. */
  private record Block(String file, long from, long rows) implements Serializable {}

  static SurveyPart of(Iterator<TableRow> rows, RowReader reader, boolean collectLabels) {
    SurveyPart part = new SurveyPart();
    while (rows.hasNext()) {
      TableRow row = rows.next();
      part.count(row);
      Optional<BadRow> problem = reader.problem(row);
      if (problem.isPresent()) {
        part.add(problem.get());
      } else {
        part.usable++;
        // One more than the most is enough to know that there are too many.
        if (collectLabels && part.labels.size() <= MOST_LABELS) {
          part.labels.add(reader.label(row));
        }
      }
    }
    return part;
  }

  long usable() {
    return usable;
  }

  Map<Reason, Long> bad() {
    return bad;
  }

  Set<String> labels() {
    return labels;
  }

  Optional<BadRow> firstBad() {
    return Optional.ofNullable(firstBad);
  }

  /** Rows of this task that stand before that part of the file. */
  long rowsBefore(String file, long block) {
    return blocks.stream()
        .filter(each -> each.file.equals(file) && each.from < block)
        .mapToLong(Block::rows)
        .sum();
  }

  private void count(TableRow row) {
    int last = blocks.size() - 1;
    Block counted = new Block(row.file(), row.block(), row.index() + 1);
    if (row.index() > 0) {
      blocks.set(last, counted);
    } else {
      blocks.add(counted);
    }
  }

  private void add(BadRow row) {
    bad.merge(row.reason(), 1L, Long::sum);
    if (firstBad == null || BY_PLACE.compare(row, firstBad) < 0) {
      firstBad = row;
    }
  }
}
