package io.sparsetune.table;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.sparsetune.error.DataException;
import io.sparsetune.hadoop.HadoopFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.Locale;
import net.jpountz.lz4.LZ4FrameInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.xerial.snappy.SnappyFramedInputStream;

/** Opens files of text; compressed ones, which their suffix tells, as what was compressed. */
final class TextInput {
  private static final int[] LZ4_FRAME = {0x04, 0x22, 0x4D, 0x18};
  private static final int[] SNAPPY_FRAME = {0xFF, 0x06, 0x00, 0x00, 's', 'N', 'a', 'P'};
  private static final int[] BZIP2 = {'B', 'Z', 'h'};
  private static final int MOST_MAGIC = 8;

  private TextInput() {}

  /** First bytes of files that are no text in UTF-8. */
  private enum Magic {
    GZIP("compressed by gzip, but its name does not end in .gz. Rename it", 0x1F, 0x8B),
    ZSTD(
        "compressed by zstd, but its name does not end in .zst. Rename it", 0x28, 0xB5, 0x2F, 0xFD),
    XZ("compressed by xz, which is not read. Decompress it", 0xFD, '7', 'z', 'X', 'Z', 0),
    ZIP("a zip archive or a spreadsheet. Unpack it, or save it as csv", 'P', 'K', 3, 4),
    PARQUET("a parquet file. Set its format, or name it .parquet", 'P', 'A', 'R', '1'),
    UTF_16_LOW("text in UTF-16. Save it in UTF-8", 0xFF, 0xFE),
    UTF_16_HIGH("text in UTF-16. Save it in UTF-8", 0xFE, 0xFF);

    private final String what;
    private final int[] bytes;

    Magic(String what, int... bytes) {
      this.what = what;
      this.bytes = bytes;
    }
  }

  /**
   * The file's text from a byte on.
   *
   * @param key the configuration key that names the file
   * @throws DataException for what is compressed in a way that is not read, or no text
   * @throws IOException where the file cannot be read
   */
  static InputStream open(String key, FilePart part, Configuration hadoop) throws IOException {
    Path path = new Path(part.name());
    CompressionCodec codec = new CompressionCodecFactory(hadoop).getCodec(path);
    FSDataInputStream raw = HadoopFiles.connected(path, hadoop).open(path);
    try {
      if (part.start() > 0) {
        raw.seek(part.start());
        return raw;
      }
      InputStream in = decompressed(new PushbackInputStream(raw, MOST_MAGIC), codec, path);
      PushbackInputStream text = new PushbackInputStream(in, MOST_MAGIC);
      for (Magic magic : Magic.values()) {
        if (begins(text, magic.bytes)) {
          throw new DataException(
              "Cannot read %s: %s is %s.".formatted(key, part.shown(), magic.what));
        }
      }
      return text;
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  private static InputStream decompressed(
      PushbackInputStream raw, CompressionCodec codec, Path path) throws IOException {
    String name = path.getName().toLowerCase(Locale.ROOT);
    if (name.endsWith(".zst")) {
      // Hadoop's own needs a library of the machine's.
      return new ZstdInputStreamNoFinalizer(raw);
    }
    if (name.endsWith(".lz4") && begins(raw, LZ4_FRAME)) {
      return new LZ4FrameInputStream(raw);
    }
    if (name.endsWith(".snappy") && begins(raw, SNAPPY_FRAME)) {
      return new SnappyFramedInputStream(raw);
    }
    if (name.endsWith(".bz2") && !begins(raw, BZIP2)) {
      // Hadoop finds nothing in it, and says nothing.
      throw new IOException("not bzip2");
    }
    return codec == null ? raw : codec.createInputStream(raw);
  }

  private static boolean begins(PushbackInputStream in, int[] magic) throws IOException {
    byte[] first = in.readNBytes(magic.length);
    in.unread(first);
    byte[] expected = new byte[magic.length];
    for (int i = 0; i < magic.length; i++) {
      expected[i] = (byte) magic[i];
    }
    return Arrays.equals(first, expected);
  }
}
