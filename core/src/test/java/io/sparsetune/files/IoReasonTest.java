package io.sparsetune.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoReasonTest {
  @TempDir private Path folder;

  @Test
  void whatTheSystemSaidIsNotTakenForAMissingFile() {
    Map<IOException, String> reasons = new LinkedHashMap<>();
    reasons.put(new NoSuchFileException("/a"), "there is no such file");
    reasons.put(new FileNotFoundException("File /a does not exist"), "there is no such file");
    reasons.put(
        new FileNotFoundException("/a (No such file or directory)"), "there is no such file");
    reasons.put(new FileNotFoundException("/a (Permission denied)"), "permission denied");
    reasons.put(new AccessDeniedException("/a"), "permission denied");
    reasons.put(new FileSystemException("/a", null, "Permission denied"), "permission denied");
    reasons.put(new FileNotFoundException("/a (Is a directory)"), "it is a folder, not a file");
    reasons.put(new FileNotFoundException("/a (Too many open files)"), "Too many open files");
    reasons.put(
        new FileSystemException("/a", null, "Read-only file system"), "Read-only file system");
    reasons.put(
        new IOException("No space left on device"),
        "No space left on device; free some of it, or choose another place");
    reasons.put(new IOException("gone\n\tat a.b.C"), "gone");
    reasons.put(new IOException(), "IOException");
    reasons.forEach((failure, words) -> assertThat(IoReason.of(failure)).isEqualTo(words));
  }

  @Test
  void aFolderThatCannotBeMadeSaysWhy() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(notMade(file)).isEqualTo("a part of the path is a file, not a folder");
    assertThat(notMade(file.resolve("below")))
        .isEqualTo("a part of the path is a file, not a folder");
    assertThat(notMade(folder.resolve("x".repeat(300)))).isEqualTo("File name too long");
  }

  private static String notMade(Path path) {
    try {
      OutputFolder.local(path).write("a", out -> out.write(0));
      return "made";
    } catch (IOException e) {
      return IoReason.of(e);
    }
  }
}
