package io.sparsetune.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SentValuesTest {

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8191, 8192, 8193, 20_000})
  void everyBitArrives(int size) throws IOException, ClassNotFoundException {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = Float.intBitsToFloat(i * 0x9E3779B1);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(new SentValues(values));
    }
    assertThat(bytes.size()).isBetween(4 * size, 4 * size + 1000);
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      float[] arrived = ((SentValues) in.readObject()).values();
      assertThat(arrived).hasSize(size);
      for (int i = 0; i < size; i++) {
        assertThat(Float.floatToRawIntBits(arrived[i])).isEqualTo(i * 0x9E3779B1);
      }
    }
  }
}
