package io.sparsetune.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.ByteSource;
import io.sparsetune.testing.Damage;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import org.junit.jupiter.api.Test;

class SafetensorsDamageTest {
  @Test
  void damagedFilesEndInAMessageOrAreReadWhole() {
    byte[] file =
        MemoryFolder.copyOf(Golden.folder("bert"), "model.safetensors").bytes("model.safetensors");
    int refused =
        Damage.survives(
            file,
            4096,
            1200,
            bytes -> {
              SafetensorsReader reader = SafetensorsReader.open(ByteSource.of("f", bytes));
              reader.tensors().keySet().forEach(reader::floats);
            });
    assertThat(refused).isBetween(600, 1190);
  }
}
