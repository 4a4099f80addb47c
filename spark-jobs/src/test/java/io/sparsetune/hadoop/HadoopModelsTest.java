package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopModelsTest {
  private static final Configuration HADOOP = new Configuration();

  @Test
  void aNameOfTheHubIsToBeDownloadedFirst() {
    for (String name :
        new String[] {"bert-base-uncased", "sentence-transformers/all-MiniLM-L6-v2"}) {
      assertThatThrownBy(() -> HadoopModels.open(name, HADOOP))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "Cannot read a model from %1$s: there is no such folder. If it is a model of the"
                  + " Hugging Face hub, download it first: hf download %1$s --local-dir FOLDER",
              name);
    }
  }

  @Test
  void aGgufFileIsRefusedAsThatHoweverItIsNamed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("m-q4.gguf"), "GGUF");
    for (Path path : List.of(file, folder)) {
      assertThatThrownBy(() -> HadoopModels.open(path.toString(), HADOOP))
          .isInstanceOf(UnsupportedVersionException.class)
          .hasMessage(
              "Cannot read %s: it is a GGUF file, whose weights are mostly quantised; give the"
                  + " float model that it was made from, as a Hugging Face folder",
              file);
    }
  }

  @Test
  void aModelIsAFolder(@TempDir Path folder) throws IOException {
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> HadoopModels.open(none.toString(), HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read a model from %s: there is no such folder", none);
    Path file = Files.writeString(folder.resolve("model.safetensors"), "x");
    assertThatThrownBy(() -> HadoopModels.open(file.toString(), HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read %s: it is a file, not a folder", file);
  }
}
