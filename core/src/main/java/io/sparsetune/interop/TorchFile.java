package io.sparsetune.interop;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * What {@code torch.save} writes: a ZIP archive, nothing compressed, of a pickle and of one entry
 * for each tensor's bytes, which begin at a multiple of 64. The same content gives the same bytes.
 */
final class TorchFile {
  private static final String ROOT = "archive/";
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_HEADER = 30;

  /** An extra field that nobody reads, as torch's own padding has it. */
  private static final short PADDING_ID = 0x4246;

  /** Any moment, always the same; Java writes more fields for those before 1980-01-01 00:00:02. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

  private TorchFile() {}

  /**
   * Writes the archive; the stream stays open.
   *
   * @param pickle to which nothing has to be added any more
   */
  static void write(TorchPickle pickle, OutputStream out) throws IOException {
    Counting counted = new Counting(out);
    ZipOutputStream zip = new ZipOutputStream(counted, StandardCharsets.UTF_8);
    entry(zip, counted, "data.pkl", pickle.end());
    entry(zip, counted, "byteorder", ascii("little"));
    List<TorchPickle.Elements> storages = pickle.storages();
    for (int s = 0; s < storages.size(); s++) {
      entry(zip, counted, "data/" + s, bytes(storages.get(s).get()));
    }
    entry(zip, counted, "version", ascii("3\n"));
    zip.finish();
    zip.flush();
  }

  private static void entry(ZipOutputStream zip, Counting out, String name, byte[] bytes)
      throws IOException {
    zip.flush();
    ZipEntry entry = new ZipEntry(ROOT + name);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    entry.setTimeLocal(TIME);
    long start = out.written + LOCAL_HEADER + (ROOT + name).length() + 4;
    int padding = (int) ((ALIGNMENT - start % ALIGNMENT) % ALIGNMENT);
    entry.setExtra(
        ByteBuffer.allocate(4 + padding)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort(PADDING_ID)
            .putShort((short) padding)
            .array());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(4, values.length)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static final class Counting extends FilterOutputStream {
    private long written;

    Counting(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
      written++;
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      out.write(bytes, from, count);
      written += count;
    }
  }
}
