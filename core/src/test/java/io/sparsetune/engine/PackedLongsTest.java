package io.sparsetune.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PackedLongsTest {
  private final Random random = new Random(3);

  @Test
  void numbersOfAllWidthsComeBack() throws Exception {
    for (int size : new int[] {0, 1, 63, 64, 65, 128, 1000, 100_003}) {
      for (int width = 0; width <= Long.SIZE; width++) {
        long[] numbers = new long[size];
        for (int i = 0; i < size; i++) {
          numbers[i] = width == 0 ? 0 : random.nextLong() >> (Long.SIZE - width);
        }
        assertThat(new PackedLongs(numbers).unpack()).isEqualTo(numbers);
      }
    }
  }

  @Test
  void extremesAndMixedBlocksComeBack() throws Exception {
    long[] numbers = new long[5000];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextLong() >> random.nextInt(Long.SIZE);
    }
    numbers[0] = Long.MIN_VALUE;
    numbers[70] = Long.MAX_VALUE;
    for (int bits = 0; bits < 63; bits++) {
      numbers[200 + bits * 64] = 1L << bits;
      numbers[201 + bits * 64] = -(1L << bits);
      numbers[202 + bits * 64] = (1L << bits) - 1;
      numbers[203 + bits * 64] = -(1L << bits) - 1;
    }
    assertThat(new PackedLongs(numbers).unpack()).isEqualTo(numbers);
  }

  @Test
  void eachBlockTakesTheBytesOfItsLargest() throws Exception {
    long[] numbers = new long[640];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (random.nextLong() >> 24) | 1L << 38;
    }
    int bare = written(new PackedLongs(new long[0])).length;
    assertThat(written(new PackedLongs(numbers)).length - bare).isEqualTo(10 + 5 * 640);
    assertThat(written(new PackedLongs(new long[640])).length - bare).isEqualTo(10);
  }

  @Test
  void sumsTravelWhole() throws Exception {
    GradientSum sum = new GradientSum(300);
    float[] g = new float[300];
    for (int i = 0; i < g.length; i++) {
      g[i] = (float) (random.nextGaussian() * Math.pow(10, i % 12 - 9));
    }
    sum.add(0, g, 0, 300);
    sum.addLoss(1.25, 4);
    sum.addTokens(99);
    GradientSum read = (GradientSum) read(written(sum));
    for (int i = 0; i < g.length; i++) {
      assertThat(read.sum(i)).isEqualTo(sum.sum(i));
    }
    assertThat(read.meanLoss()).isEqualTo(sum.meanLoss());
    assertThat(read.examples()).isEqualTo(4);
    assertThat(read.tokens()).isEqualTo(99);

    SumSlice slice = new SumSlice(3, 64, 0x1p-50, new long[] {1, -5, 1L << 60});
    SumSlice other = (SumSlice) read(written(slice));
    assertThat(other).usingRecursiveComparison().isEqualTo(slice);
  }

  @Test
  void damagedBytesAreRefused() throws Exception {
    long[] numbers = new long[200];
    numbers[150] = 1L << 40;
    byte[] whole = written(new PackedLongs(numbers));
    int payload = whole.length - written(new PackedLongs(new long[0])).length + Long.BYTES;
    int refused = 0;
    for (int i = whole.length - payload; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x55;
      try {
        assertThat(((PackedLongs) read(damaged)).unpack()).hasSize(200);
      } catch (InvalidObjectException e) {
        refused++;
        assertThat(e).hasMessage("Sums came damaged from another JVM");
      }
    }
    // The four blocks' widths.
    assertThat(refused).isEqualTo(4);
  }

  private static byte[] written(Object object) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    }
    return bytes.toByteArray();
  }

  private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }
}
