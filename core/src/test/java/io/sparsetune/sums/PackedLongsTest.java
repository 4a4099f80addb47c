package io.sparsetune.sums;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedLongsTest {
  private final Random random = new Random(3);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 63, 64, 65, 128, 4095, 4096, 4097, 100_003})
  void numbersOfAllWidthsComeBack(int size) throws Exception {
    for (int width = 0; width <= Long.SIZE; width++) {
      long[] numbers = new long[size];
      for (int i = 0; i < size; i++) {
        numbers[i] = width == 0 ? 0 : random.nextLong() >> (Long.SIZE - width);
      }
      assertThat(through(numbers)).isEqualTo(numbers);
    }
  }

  /** Each alone in its block, so that it decides the width. */
  @Test
  void edgesOfWidthsComeBack() throws Exception {
    long[] numbers = new long[6 * 64 * 64];
    int at = 0;
    for (int bits = 0; bits < 64; bits++) {
      long edge = 1L << bits;
      for (long number : new long[] {edge, -edge, edge - 1, -edge - 1, edge + 1, 1 - edge}) {
        numbers[at + random.nextInt(64)] = number;
        at += 64;
      }
    }
    assertThat(through(numbers)).isEqualTo(numbers);
  }

  @Test
  void eachBlockTakesTheBytesOfItsLargest() throws Exception {
    long[] numbers = new long[640];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = random.nextLong() >> 24 | 1L << 38;
    }
    byte[] bytes = new byte[6000];
    assertThat(PackedLongs.pack(numbers, 0, 640, bytes)).isEqualTo(10 + 5 * 640);
    numbers[70] = 1L << 39;
    assertThat(PackedLongs.pack(numbers, 0, 640, bytes)).isEqualTo(10 + 5 * 640 + 64);
    assertThat(PackedLongs.pack(new long[640], 0, 640, bytes)).isEqualTo(10);
  }

  @Test
  void sumsTravelWholeAndPacked() throws Exception {
    int size = 30_000;
    GradientSum sum = new GradientSum(size);
    float[] g = new float[size];
    for (int i = 0; i < size; i++) {
      g[i] = (float) (random.nextGaussian() * Math.pow(10, i / 64 % 12 - 9));
    }
    sum.add(0, g, 0, size);
    sum.addLoss(1.25, 4);
    sum.addTokens(99);
    byte[] written = written(sum);
    GradientSum read = (GradientSum) read(written);
    for (int i = 0; i < size; i++) {
      assertThat(read.sum(i)).isEqualTo(sum.sum(i));
    }
    assertThat(read.meanLoss()).isEqualTo(sum.meanLoss());
    assertThat(read.examples()).isEqualTo(4);
    assertThat(read.tokens()).isEqualTo(99);
    assertThat(written).hasSizeLessThan(5 * size);

    long[] sums = new long[size];
    Arrays.setAll(sums, i -> i - 7);
    SumSlice slice = new SumSlice(3, 64, 0x1p-50, sums);
    byte[] writtenSlice = written(slice);
    assertThat(read(writtenSlice)).usingRecursiveComparison().isEqualTo(slice);
    assertThat(writtenSlice).hasSizeLessThan(3 * size);
  }

  @Test
  void whatIsNotPackedIsRefused() throws Exception {
    long[] numbers = new long[200];
    numbers[150] = 1L << 40;
    byte[] bytes = new byte[2000];
    int count = PackedLongs.pack(numbers, 0, 200, bytes);
    for (int wrong : new int[] {-1, 5, 7, 9, 85}) {
      byte[] damaged = bytes.clone();
      damaged[2] = (byte) wrong;
      assertRefused(damaged, count, 200);
    }
    byte[] tooWide = new byte[18];
    tooWide[0] = 9;
    assertRefused(tooWide, 10, 1);
    assertRefused(bytes, count - 1, 200);
    assertRefused(bytes, count + 1, 200);
    assertRefused(bytes, count, 128);
    assertRefused(bytes, count, 300);
    assertRefused(bytes, 0, 200);
  }

  private static void assertRefused(byte[] bytes, int count, int size) {
    assertThatThrownBy(() -> PackedLongs.unpack(bytes, count, new long[size], 0, size))
        .isInstanceOf(InvalidObjectException.class)
        .hasMessage("Invalid sums: not as PackedLongs writes them");
  }

  private static long[] through(long[] numbers) throws IOException, ClassNotFoundException {
    return ((PackedLongs) read(written(new PackedLongs(numbers)))).numbers();
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
