package io.sparsetune.engine.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class MemoryJarTest {

  @Test
  void readsDeflatedAndStoredEntries() throws IOException {
    byte[] text = "again and ".repeat(50).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry("a/Deflated.class"));
      zip.write(text);
      ZipEntry stored = new ZipEntry("Stored.class");
      CRC32 crc = new CRC32();
      crc.update(text);
      stored.setMethod(ZipEntry.STORED);
      stored.setSize(text.length);
      stored.setCrc(crc.getValue());
      stored.setExtra(new byte[] {1, 2, 0, 0});
      zip.putNextEntry(stored);
      zip.write(text);
      zip.setComment("with a comment");
    }
    MemoryJar jar = new MemoryJar("x.jar", file.toByteArray());
    assertThat(jar.read("a/Deflated.class")).isEqualTo(text);
    assertThat(jar.read("Stored.class")).isEqualTo(text);
    assertThat(jar.has("Absent.class")).isFalse();
  }

  @Test
  void otherFilesAreRefused() {
    assertThatThrownBy(() -> new MemoryJar("x.jar", new byte[100]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot open the engine's room: x.jar is no jar");
  }
}
