package io.sparsetune.delta;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.ByteSource;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Damage;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class DeltaDamageTest {
  @Test
  void damagedDeltasEndInAMessageOrAreReadWhole() throws IOException {
    BaseModel base = Golden.base("bert");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DeltaFile.write(Deltas.random(base, Golden.spec(base), 3), out);
    int refused =
        Damage.survives(
            out.toByteArray(), 3000, 1200, bytes -> DeltaFile.read(ByteSource.of("d", bytes)));
    assertThat(refused).isBetween(600, 1199);
  }
}
