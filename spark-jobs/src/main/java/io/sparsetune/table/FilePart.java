package io.sparsetune.table;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.sql.SparkSession;

/**
 * A part of a file that one task reads.
 *
 * @param name the file
 * @param start its first byte; the row that begins before it belongs to the part before
 * @param end where the next part starts; the largest number for the file's last part
 */
record FilePart(String name, long start, long end) implements Serializable {
  private static final long serialVersionUID = 1;

  private static final String LARGEST = "spark.sql.files.maxPartitionBytes";

  /** What opening a file costs, in bytes that could be read in that time. */
  private static final long OPENING = 4 << 20;

  static FilePart whole(String name) {
    return new FilePart(name, 0, Long.MAX_VALUE);
  }

  /** How people write the file. */
  String shown() {
    return Table.shown(file());
  }

  /** The file as a {@link TableRow} names it. */
  String file() {
    return new Path(name).toUri().toString();
  }

  /**
   * All files in order, large ones in parts, small ones together: a list for each task. A csv file
   * is one part, as only its beginning tells which line ends are in quotes, and so is what is
   * compressed.
   */
  static List<List<FilePart>> tasks(SparkSession session, InputFiles files) {
    Configuration hadoop = session.sparkContext().hadoopConfiguration();
    long total = files.lengths().stream().mapToLong(length -> length + OPENING).sum();
    long each =
        Math.min(
            session.sparkContext().conf().getSizeAsBytes(LARGEST, "128m"),
            Math.max(OPENING, total / session.sparkContext().defaultParallelism()));
    CompressionCodecFactory codecs = new CompressionCodecFactory(hadoop);
    List<List<FilePart>> tasks = new ArrayList<>();
    List<FilePart> task = new ArrayList<>();
    long filled = 0;
    for (int f = 0; f < files.paths().size(); f++) {
      Path path = files.paths().get(f);
      boolean divisible = files.format() != TableFormat.CSV && codecs.getCodec(path) == null;
      for (FilePart part : parts(path.toString(), files.lengths().get(f), divisible, each)) {
        long bytes = Math.min(part.end, files.lengths().get(f)) - part.start;
        if (!task.isEmpty() && filled + bytes > each) {
          tasks.add(task);
          task = new ArrayList<>();
          filled = 0;
        }
        task.add(part);
        filled += bytes + OPENING;
      }
    }
    tasks.add(task);
    return tasks;
  }

  private static List<FilePart> parts(String name, long length, boolean divisible, long each) {
    List<FilePart> parts = new ArrayList<>();
    long start = 0;
    while (divisible && length - start > each) {
      parts.add(new FilePart(name, start, start + each));
      start += each;
    }
    parts.add(new FilePart(name, start, Long.MAX_VALUE));
    return parts;
  }
}
