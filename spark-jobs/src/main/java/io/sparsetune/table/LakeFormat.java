package io.sparsetune.table;

import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFiles;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A table format that keeps a log beside its data files, which says what of them is in the table.
 * The files alone also hold rows that were deleted or replaced, so they are refused.
 */
enum LakeFormat {
  DELTA("a Delta Lake table", "spark.read.format(\"delta\").load(\"%s\")"),
  ICEBERG("an Iceberg table", "spark.read.format(\"iceberg\").load(\"%s\")"),
  HUDI("a Hudi table", "spark.read.format(\"hudi\").load(\"%s\")"),
  PAIMON("a Paimon table", "spark.read.format(\"paimon\").load(\"%s\")"),
  HIVE("a transactional Hive table", "spark.sql(\"select * from …\")"),
  STREAM("the output of a Spark streaming query", "spark.read.format(…).load(\"%s\")");

  private static final Pattern ICEBERG_METADATA =
      Pattern.compile("version-hint\\.text|v?\\d+([-.].*)?\\.metadata\\.json(\\.gz)?");
  private static final Pattern HIVE_DELTA =
      Pattern.compile(
          "base_\\d{7}(_v\\d+)?|(delete_)?delta_\\d{7}_\\d{7}(_\\d{4})?(_v\\d+)?",
          Pattern.CASE_INSENSITIVE);

  private final String what;
  private final String reading;

  LakeFormat(String what, String reading) {
    this.what = what;
    this.reading = reading;
  }

  /** A sign of a format: the folder that it is in, and its name. */
  private record Sign(LakeFormat format, Path folder, String name) {
    DataException refusal(String key, Path path) {
      String root = HadoopFiles.shown(folder.toString());
      String shown = HadoopFiles.shown(path.toString());
      return new DataException(
          "Cannot read %s: %s is %s%s (%s). Its files also hold rows that were deleted or replaced. Write the rows that it has now as parquet, %s.write.parquet(…), and name that folder."
              .formatted(
                  key,
                  shown,
                  shown.equals(root) ? "" : "part of ",
                  format.what,
                  name.isEmpty() ? root : root + "/" + name,
                  format.reading.formatted(root)));
    }
  }

  /**
   * Refuses a path in such a table, or to all of it: looks at the path and at all folders above.
   *
   * @param seen folders that have been looked at, as all above them have; gets those of this path
   * @throws DataException where it is one
   */
  static void refuse(
      FileSystem files, FileStatus found, String key, Configuration hadoop, Set<Path> seen) {
    Path path = found.getPath();
    Path real = files.makeQualified(new Path(HadoopFiles.real(path.toString(), hadoop)));
    for (Path start : real.equals(path) ? List.of(path) : List.of(path, real)) {
      for (Path at = found.isDirectory() ? start : start.getParent();
          at != null && seen.add(at);
          at = at.getParent()) {
        Path folder = at;
        refuse(files, folder, name -> exists(files, new Path(folder, name)), key, path);
      }
    }
  }

  /** Refuses a folder below a path that was named, by what is in it. */
  static void refuse(FileSystem files, Path folder, FileStatus[] inside, String key) {
    List<String> names = Arrays.stream(inside).map(entry -> entry.getPath().getName()).toList();
    refuse(files, folder, names::contains, key, folder);
  }

  private static void refuse(
      FileSystem files, Path folder, Predicate<String> has, String key, Path path) {
    Optional<Sign> sign = sign(files, folder, has);
    if (sign.isPresent()) {
      throw sign.get().refusal(key, path);
    }
  }

  private static Optional<Sign> sign(FileSystem files, Path folder, Predicate<String> has) {
    if (HIVE_DELTA.matcher(folder.getName()).matches()) {
      return Optional.of(new Sign(HIVE, folder, ""));
    }
    if (has.test("_delta_log")) {
      return Optional.of(new Sign(DELTA, folder, "_delta_log"));
    }
    for (String name : List.of(".hoodie", ".hoodie_partition_metadata")) {
      if (has.test(name)) {
        return Optional.of(new Sign(HUDI, folder, name));
      }
    }
    if (has.test("_spark_metadata")) {
      return Optional.of(new Sign(STREAM, folder, "_spark_metadata"));
    }
    if (has.test("snapshot") && has.test("schema") && has.test("manifest")) {
      return Optional.of(new Sign(PAIMON, folder, "manifest"));
    }
    return has.test("metadata")
        ? metadata(files, new Path(folder, "metadata"))
            .map(name -> new Sign(ICEBERG, folder, "metadata/" + name))
        : Optional.empty();
  }

  private static Optional<String> metadata(FileSystem files, Path folder) {
    try {
      return Arrays.stream(files.listStatus(folder))
          .map(entry -> entry.getPath().getName())
          .filter(name -> ICEBERG_METADATA.matcher(name).matches())
          .min(String::compareTo);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** What nobody may look at, as folders above a user's own may be, says nothing. */
  private static boolean exists(FileSystem files, Path path) {
    try {
      return files.exists(path);
    } catch (IOException e) {
      return false;
    }
  }
}
