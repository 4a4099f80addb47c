package io.sparsetune.table;

import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that the folders of files stand for, as Hive and Spark name them: {@code
 * dt=2026-01-01/}. Their values are the text in the folders' names, whatever it looks like.
 *
 * @param names the outermost folder's first
 */
record PartitionColumns(List<String> names) implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String NULL = "__HIVE_DEFAULT_PARTITION__";
  private static final Pattern ESCAPED = Pattern.compile("(%[0-9a-fA-F]{2})+");

  PartitionColumns {
    names = List.copyOf(names);
  }

  /**
   * The columns of the folders that stand directly above one another, down to a file; below a path
   * that was named, other folders may lie between the last of them and the file.
   *
   * @param own the files' own columns, which go before folders of the same name
   */
  static PartitionColumns of(InputFiles files, String[] own) {
    Set<String> sources = new HashSet<>(files.sources());
    Set<String> taken = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    Collections.addAll(taken, own);
    Set<String> names = new LinkedHashSet<>();
    for (Path file : files.paths()) {
      for (String name : names(file, sources)) {
        if (!taken.contains(name)) {
          names.add(name);
        }
      }
    }
    return new PartitionColumns(new ArrayList<>(names));
  }

  private static List<String> names(Path file, Set<String> sources) {
    List<String> names = new ArrayList<>();
    boolean below = !sources.contains(file.toString());
    for (Path at = file.getParent(); at != null; at = at.getParent()) {
      below &= !sources.contains(at.toString());
      Optional<Folder> partition = Folder.of(at.getName());
      if (partition.isPresent()) {
        names.add(0, partition.get().column());
      } else if (!below || !names.isEmpty()) {
        break;
      }
    }
    return names;
  }

  /** Whether a folder's name names a column and a value. */
  static boolean isOne(String folder) {
    return Folder.of(folder).isPresent();
  }

  /**
   * Puts the folders' columns to rows.
   *
   * @param rows with the other columns, by name
   * @param wanted all columns, in the order in which the rows get them
   */
  Iterator<TableRow> fill(Iterator<TableRow> rows, StructType wanted) {
    return new Iterator<>() {
      private String file;
      private Object[] values;

      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public TableRow next() {
        TableRow row = rows.next();
        if (!row.file().equals(file)) {
          file = row.file();
          values = values(file, wanted);
        }
        Object[] cells = values.clone();
        int next = 0;
        for (int i = 0; i < cells.length; i++) {
          if (!names.contains(wanted.fields()[i].name())) {
            cells[i] = row.cells().get(next++);
          }
        }
        return row.with(new GenericRowWithSchema(cells, wanted));
      }
    };
  }

  private Object[] values(String file, StructType wanted) {
    Object[] values = new Object[wanted.length()];
    List<String> columns = List.of(wanted.fieldNames());
    Path path = new Path(Table.shown(file));
    // From the outermost on: the innermost of the same name counts.
    List<String> folders = new ArrayList<>();
    for (Path at = path.getParent(); at != null; at = at.getParent()) {
      folders.add(0, at.getName());
    }
    for (String folder : folders) {
      Optional<Folder> partition = Folder.of(folder);
      int column = partition.map(found -> columns.indexOf(found.column())).orElse(-1);
      if (column >= 0 && names.contains(columns.get(column))) {
        values[column] = partition.get().value().orElse(null);
      }
    }
    return values;
  }

  /** A column and a value out of a folder's name; no value stands for null. */
  private record Folder(String column, Optional<String> value) {
    static Optional<Folder> of(String name) {
      int equals = name.indexOf('=');
      if (equals < 1) {
        return Optional.empty();
      }
      String value = name.substring(equals + 1);
      boolean none = value.isEmpty() || value.equals(NULL);
      return Optional.of(
          new Folder(
              decoded(name.substring(0, equals)),
              none ? Optional.empty() : Optional.of(decoded(value))));
    }
  }

  /** Hive and Spark put a character's number after a percent sign, others its UTF-8 bytes. */
  private static String decoded(String name) {
    Matcher matcher = ESCAPED.matcher(name);
    return matcher.replaceAll(found -> Matcher.quoteReplacement(bytes(found.group())));
  }

  private static String bytes(String escaped) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String byteInHex : escaped.toLowerCase(Locale.ROOT).substring(1).split("%")) {
      bytes.write(Integer.parseInt(byteInHex, 16));
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes.toByteArray()))
          .toString();
    } catch (CharacterCodingException e) {
      return bytes.toString(StandardCharsets.ISO_8859_1);
    }
  }
}
