package io.sparsetune.data;

import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopSettings;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Finds quotes in csv files that do not match. Everything after a quote that is not closed is one
 * field, as many rows as it may be, and nothing tells where they go on: such a file is refused.
 */
final class CsvQuotes {
  /** Where a byte stands. */
  private enum Place {
    FIELD_START,
    PLAIN,
    QUOTED,
    AFTER_QUOTE,
    CLOSED
  }

  private CsvQuotes() {}

  /**
   * @throws DataException naming the file and the line
   */
  static void check(JavaSparkContext context, HadoopSettings hadoop, InputFiles files, int tasks) {
    List<Long> lines =
        SparkFailures.whileReading(
            files.key(),
            files.shown(),
            () ->
                context
                    .parallelize(List.of(files.names()), tasks)
                    .map(name -> wrongField(name, hadoop.configuration()))
                    .collect());
    for (int f = 0; f < lines.size(); f++) {
      if (lines.get(f) > 0) {
        throw new DataException(
            "Cannot read %s: the quoted field that begins in line %d of %s is never closed, or has a quote inside that is not doubled."
                .formatted(files.key(), lines.get(f), HadoopFiles.shown(files.names()[f])));
      }
    }
  }

  private static long wrongField(String name, Configuration hadoop) throws IOException {
    Path path = new Path(name);
    CompressionCodec codec = new CompressionCodecFactory(hadoop).getCodec(path);
    try (InputStream raw = HadoopFiles.connected(path, hadoop).open(path);
        InputStream in = codec == null ? raw : codec.createInputStream(raw)) {
      return wrongField(in);
    }
  }

  /** The line, from 1, in which a quoted field begins that does not end well; 0 for none. */
  static long wrongField(InputStream in) throws IOException {
    Place place = Place.FIELD_START;
    long line = 1;
    long begun = 0;
    boolean afterReturn = false;
    byte[] buffer = new byte[1 << 16];
    boolean first = true;
    for (int count = fill(in, buffer); count > 0; count = fill(in, buffer)) {
      int from = first && hasMark(buffer, count) ? 3 : 0;
      first = false;
      for (int i = from; i < count; i++) {
        byte at = buffer[i];
        boolean lineEnd = at == '\r' || at == '\n';
        switch (place) {
          case FIELD_START, PLAIN -> {
            if (at == '"' && place == Place.FIELD_START) {
              place = Place.QUOTED;
              begun = line;
            } else {
              place = at == ',' || lineEnd ? Place.FIELD_START : Place.PLAIN;
            }
          }
          case QUOTED -> place = at == '"' ? Place.AFTER_QUOTE : Place.QUOTED;
          case AFTER_QUOTE, CLOSED -> {
            if (at == '"' && place == Place.AFTER_QUOTE) {
              place = Place.QUOTED;
            } else if (at == ',' || lineEnd) {
              place = Place.FIELD_START;
            } else if (at == ' ' || at == '\t') {
              place = Place.CLOSED;
            } else {
              return begun;
            }
          }
        }
        line += at == '\r' || (at == '\n' && !afterReturn) ? 1 : 0;
        afterReturn = at == '\r';
      }
    }
    return place == Place.QUOTED ? begun : 0;
  }

  private static int fill(InputStream in, byte[] buffer) throws IOException {
    return in.readNBytes(buffer, 0, buffer.length);
  }

  /** Whether a text begins with UTF-8's byte order mark. */
  private static boolean hasMark(byte[] text, int count) {
    return count >= 3
        && (text[0] & 0xFF) == 0xEF
        && (text[1] & 0xFF) == 0xBB
        && (text[2] & 0xFF) == 0xBF;
  }
}
