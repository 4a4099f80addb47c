package io.sparsetune.version;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LibraryVersionTest {
  @Test
  void isANumberOfThreeParts() {
    assertThat(LibraryVersion.number()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
  }
}
