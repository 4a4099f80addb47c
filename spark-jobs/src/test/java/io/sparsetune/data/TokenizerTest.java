package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.model.BaseModel;
import io.sparsetune.testing.TestModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {

  @Test
  void aFileThatTheLibraryDoesNotAcceptIsNamedAtOnce(@TempDir Path folder) throws IOException {
    TestModels.golden(folder, 0);
    Files.writeString(folder.resolve("tokenizer.json"), "{\"version\": \"1.0\"}");
    assertThatThrownBy(() -> Tokenizer.of(BaseModel.open(folder)))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith(
            "Cannot read %s/tokenizer.json: the tokenizer library does not accept it: ", folder);
  }
}
