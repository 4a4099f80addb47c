package io.sparsetune.data;

import io.sparsetune.error.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.apache.spark.sql.Row;

/**
 * The first row of a csv or tsv file, which names the columns. A column without a name, or one of
 * several of the same name, gets a name of its own; nothing is wrong with it unless a task uses it.
 *
 * @param names as they stand; empty where there is none
 */
record Header(List<String> names) implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String REPLACEMENT = "\uFFFD";

  Header {
    names = List.copyOf(names);
  }

  /** Of the row as Spark reads it, in which an empty cell is null. */
  static Header of(Row row) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < row.size(); i++) {
      names.add(cell(row, i));
    }
    return new Header(names);
  }

  /** How many columns have that name. */
  long count(String name) {
    return names.stream().filter(name::equals).count();
  }

  /** The columns' names, each another. */
  List<String> columns() {
    Set<String> taken = new HashSet<>(names);
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      if (name.isEmpty() || count(name) > 1) {
        name = (name.isEmpty() ? "_c" : name) + i;
        while (!taken.add(name)) {
          name += "_";
        }
      }
      columns.add(name);
    }
    return columns;
  }

  /**
   * The rows after the header, which has to be that of the first file.
   *
   * @param rows of some columns, the header's own among them: index 0 of a file's first part
   * @param columns which, by the names of {@link #columns()}
   * @param refusal what to say of another header, up to its file's name
   */
  Iterator<TableRow> without(Iterator<TableRow> rows, List<String> columns, String refusal) {
    List<String> all = columns();
    List<String> expected = columns.stream().map(column -> names.get(all.indexOf(column))).toList();
    return new Iterator<>() {
      private TableRow next;

      @Override
      public boolean hasNext() {
        while (next == null && rows.hasNext()) {
          TableRow row = rows.next();
          if (row.block() > 0) {
            next = decoded(row, row.index());
          } else if (row.index() > 0) {
            next = decoded(row, row.index() - 1);
          } else {
            requireSame(row, expected, refusal);
          }
        }
        return next != null;
      }

      @Override
      public TableRow next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        TableRow row = next;
        next = null;
        return row;
      }
    };
  }

  private static void requireSame(TableRow row, List<String> expected, String refusal) {
    List<String> found = of(row.cells()).names();
    if (!row.malformed().isEmpty() || !found.equals(expected)) {
      String shown = row.malformed().isEmpty() ? String.join(", ", found) : row.malformed();
      throw new DataException(
          "%s%s has the header %s instead of %s."
              .formatted(
                  refusal,
                  Table.shown(row.file()),
                  BadRow.cut(shown),
                  BadRow.cut(String.join(", ", expected))));
    }
  }

  /** Spark puts U+FFFD in the place of what is not UTF-8, and says nothing. */
  private static TableRow decoded(TableRow row, long index) {
    String undecoded = "";
    for (int i = 0; i < row.cells().size() && undecoded.isEmpty(); i++) {
      undecoded = cell(row.cells(), i).contains(REPLACEMENT) ? cell(row.cells(), i) : "";
    }
    return new TableRow(row.file(), row.block(), index, row.cells(), row.malformed(), undecoded);
  }

  private static String cell(Row row, int index) {
    return row.isNullAt(index) ? "" : row.getString(index);
  }
}
