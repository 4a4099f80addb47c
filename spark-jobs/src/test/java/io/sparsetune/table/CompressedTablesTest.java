package io.sparsetune.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.sparsetune.error.DataException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.compress.BZip2Codec;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.DefaultCodec;
import org.apache.hadoop.io.compress.Lz4Codec;
import org.apache.hadoop.io.compress.SnappyCodec;
import org.apache.hadoop.util.ReflectionUtils;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.SnappyFramedOutputStream;

/** Files that are compressed, by each of the suffixes. */
class CompressedTablesTest extends TableFiles {
  private static final List<String> SUFFIXES =
      List.of("gz", "bz2", "zst", "lz4", "lz4 of Hadoop", "snappy", "snappy of Hadoop", "deflate");

  @Test
  void everySuffixIsReadInEveryFormatOfText() throws IOException {
    for (String suffix : SUFFIXES) {
      for (String format : List.of("csv", "tsv", "jsonl")) {
        String name = "a." + format + "." + suffix.split(" ", 2)[0];
        Files.write(folder.resolve(name), compressed(suffix, rows(format)));
        assertThat(texts(name)).as(name).containsExactly("a", "b");
        assertThat(load(name).examples()).as(suffix).isEqualTo(2);
      }
    }
  }

  @Test
  void whatIsCutOffOrDamagedIsRefusedInASentence() throws IOException {
    for (String suffix : List.of("gz", "bz2", "zst", "lz4", "deflate")) {
      for (String format : List.of("csv", "jsonl")) {
        byte[] whole = compressed(suffix, rows(format).repeat(300));
        String name = "a." + format + "." + suffix.split(" ", 2)[0];
        Files.write(folder.resolve(name), Arrays.copyOf(whole, whole.length / 2));
        refused(name);
        Files.write(folder.resolve(name), ("# " + rows(format)).getBytes(StandardCharsets.UTF_8));
        if (!suffix.equals("lz4")) {
          refused(name);
        }
      }
    }
  }

  @Test
  void whatIsCompressedWithoutItsSuffixOrNoTextIsRefused() throws IOException {
    Files.write(folder.resolve("a.csv"), compressed("gz", rows("csv")));
    refused("a.csv", "compressed by gzip, but its name does not end in .gz. Rename it.");
    Files.write(folder.resolve("a.tsv"), compressed("zst", rows("tsv")));
    refused("a.tsv", "compressed by zstd, but its name does not end in .zst. Rename it.");
    Files.write(folder.resolve("b.csv"), rows("csv").getBytes(StandardCharsets.UTF_16));
    refused("b.csv", "text in UTF-16. Save it in UTF-8.");
    write("c.jsonl", "PK\u0003\u0004 and so on");
    refused("c.jsonl", "a zip archive or a spreadsheet. Unpack it, or save it as csv.");
    write("c.csv.xz", "");
    assertThatThrownBy(() -> load("c.csv.xz")).isInstanceOf(DataException.class);
  }

  private void refused(String name, String what) {
    assertThatThrownBy(() -> load(name))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read data.train: %s/%s is %s".formatted(folder, name, what));
  }

  private void refused(String name) {
    assertThatThrownBy(() -> load(name))
        .as(name)
        .isInstanceOf(DataException.class)
        .message()
        .startsWith("Cannot read data.train: %s/%s: ".formatted(folder, name))
        .containsAnyOf(
            "it is cut off: what is compressed in it has no end",
            "what is compressed in it is damaged, or is of another format than its suffix says");
  }

  private static String rows(String format) {
    return switch (format) {
      case "csv" -> "text,label\na,x\nb,y\n";
      case "tsv" -> "text\tlabel\na\tx\nb\ty\n";
      default -> "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}\n";
    };
  }

  private static byte[] compressed(String suffix, String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (suffix) {
          case "gz" -> new GZIPOutputStream(bytes);
          case "zst" -> new ZstdOutputStream(bytes);
          case "lz4" -> new LZ4FrameOutputStream(bytes);
          case "snappy" -> new SnappyFramedOutputStream(bytes);
          case "bz2" -> codec(new BZip2Codec()).createOutputStream(bytes);
          case "deflate" -> codec(new DefaultCodec()).createOutputStream(bytes);
          case "lz4 of Hadoop" -> codec(new Lz4Codec()).createOutputStream(bytes);
          default -> codec(new SnappyCodec()).createOutputStream(bytes);
        }) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static CompressionCodec codec(CompressionCodec codec) {
    ReflectionUtils.setConf(codec, new Configuration());
    return codec;
  }
}
