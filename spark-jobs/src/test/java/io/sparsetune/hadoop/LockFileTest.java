package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockFileTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {"No locks available", "Function not implemented", "Operation not supported"})
  void whereAFileSystemHasNoLocksNothingIsLockedAndNothingFails(String reason) throws IOException {
    assertThat(
            LockFile.isLocked(
                () -> {
                  throw new IOException(reason);
                }))
        .isFalse();
  }

  @Test
  void anotherFailureOfALockIsOne() {
    assertThatThrownBy(
            () ->
                LockFile.isLocked(
                    () -> {
                      throw new IOException("Input/output error");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("Input/output error");
  }

  @Test
  void aLockTakesLittleRoomOnAnyDisk() throws IOException {
    Path file = folder.resolve("lock");
    for (int i = 0; i < 20; i++) {
      try (LockFile lock = LockFile.waitFor(file)) {
        assertThat(Files.size(file)).isPositive().isLessThanOrEqualTo(1 << 20);
        assertThat(LockFile.tryLock(file)).isEmpty();
      }
      assertThat(file).doesNotExist();
    }
  }
}
