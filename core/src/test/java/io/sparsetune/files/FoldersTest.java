package io.sparsetune.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir private Path folder;

  @Test
  void aFileIsThereWholeOrNotAtAll() throws IOException {
    OutputFolder out = OutputFolder.local(folder.resolve("new"));
    assertThatThrownBy(
            () ->
                out.write(
                    "a",
                    stream -> {
                      stream.write(1);
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    try (var left = Files.list(folder.resolve("new"))) {
      assertThat(left).isEmpty();
    }
    out.write("a", stream -> stream.write("one".getBytes(StandardCharsets.UTF_8)));
    out.write("a", stream -> stream.write("two".getBytes(StandardCharsets.UTF_8)));
    assertThat(folder.resolve("new").resolve("a")).hasContent("two");
    assertThat(InputFolder.local(folder.resolve("new")).contains("a")).isTrue();
    assertThat(InputFolder.local(folder.resolve("new")).contains("b")).isFalse();
  }

  @Test
  void aFileIsReadFromAnyByteOn() throws IOException {
    Files.writeString(folder.resolve("f"), "0123456789");
    ByteSource file = InputFolder.local(folder).file("f");
    assertThat(file.size()).isEqualTo(10);
    try (InputStream in = file.openAt(7)) {
      assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("789");
    }
  }
}
