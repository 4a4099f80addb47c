package io.sparsetune.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Sha256;
import io.sparsetune.testing.Damage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFileTest {
  private static final float[] FLOATS = {
    0, -0f, 1.5f, Float.MIN_VALUE, Float.NaN, Float.intBitsToFloat(0x7f800001), Float.MAX_VALUE
  };
  private static final double[] DOUBLES = {0, -0d, Math.PI, Double.NaN, Double.NEGATIVE_INFINITY};
  private static final int[] INTS = {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE};
  private static final long[] LONGS = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE};

  private final byte[] file = file();

  private static ObjectNode about() {
    ObjectNode about = JsonNodeFactory.instance.objectNode();
    about.put("run", "ab cd é");
    about.put("loss", 0.1 + 0.2);
    return about;
  }

  private static byte[] file(StateFile.Content content) {
    try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
      StateFile.write(out, "test", about(), content);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] file() {
    return file(
        out -> {
          out.floats("theta", FLOATS);
          out.doubles("losses", DOUBLES);
          out.ints("positions", INTS);
          out.longs("counts", LONGS);
          out.floats("part", FLOATS, 2, 3);
          out.floats("", new float[0]);
        });
  }

  private static <T> T read(byte[] bytes, Function<StateReader, T> content) {
    return StateFile.read(ByteSource.of("a.state", bytes), "test", content);
  }

  /** Everything that {@link #file()} has, which takes as much as the length of the file. */
  private static ObjectNode readAll(byte[] bytes) {
    return read(
        bytes,
        in -> {
          float[] theta = new float[FLOATS.length];
          in.floats("theta", theta);
          assertBits(theta, FLOATS);
          assertThat(in.doubles("losses")).containsExactly(DOUBLES);
          assertThat(in.ints("positions")).containsExactly(INTS);
          assertThat(in.longs("counts")).containsExactly(LONGS);
          assertThat(in.next()).isEqualTo("part");
          assertBits(in.floats("part"), Arrays.copyOfRange(FLOATS, 2, 5));
          assertThat(in.floats("")).isEmpty();
          assertThat(in.hasNext()).isFalse();
          return in.about();
        });
  }

  private static void assertBits(float[] values, float[] expected) {
    assertThat(ints(values)).containsExactly(ints(expected));
  }

  private static int[] ints(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }

  @Test
  void whatIsWrittenIsReadBackBitForBit() {
    assertThat(readAll(file)).isEqualTo(about());
    assertThat(file()).isEqualTo(file);
  }

  @Test
  void theBytesAreThoseOfTheDescription() {
    byte[] small =
        file(
            out -> {
              out.floats("w", new float[] {1, -2});
              out.longs("n", new long[] {3});
            });
    String header =
        "{\"about\":{\"loss\":0.30000000000000004,\"run\":\"ab cd é\"},\"kind\":\"test\"}";
    ByteBuffer expected = ByteBuffer.allocate(1000).order(ByteOrder.LITTLE_ENDIAN);
    expected.put("SPTSTATE".getBytes(StandardCharsets.US_ASCII)).putInt(1);
    expected.putInt(header.getBytes(StandardCharsets.UTF_8).length);
    expected.put(header.getBytes(StandardCharsets.UTF_8));
    expected.put((byte) 1).putInt(1).put((byte) 'w').putLong(2).putFloat(1).putFloat(-2);
    expected.put((byte) 4).putInt(1).put((byte) 'n').putLong(1).putLong(3);
    expected.put((byte) 0);
    byte[] before = Arrays.copyOf(expected.array(), expected.position());
    expected.put(HexFormat.of().parseHex(Sha256.hex(before)));
    assertThat(small).isEqualTo(Arrays.copyOf(expected.array(), expected.position()));
  }

  @ParameterizedTest
  @ValueSource(ints = {16_383, 16_384, 16_385, 100_000})
  void arraysLongerThanABufferAreReadBack(int length) {
    float[] floats = new float[length];
    double[] doubles = new double[length];
    for (int i = 0; i < length; i++) {
      floats[i] = i * 0.1f;
      doubles[i] = i * 0.1;
    }
    byte[] bytes =
        file(
            out -> {
              out.floats("f", floats);
              out.doubles("d", doubles);
              out.floats("n".repeat(length), floats, length - 1, 1);
            });
    read(
        bytes,
        in -> {
          assertThat(in.floats("f")).containsExactly(floats);
          assertThat(in.doubles("d")).containsExactly(doubles);
          assertThat(in.floats("n".repeat(length))).containsExactly(floats[length - 1]);
          return in;
        });
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> readAll(cut))
          .as("%d bytes", length)
          .isInstanceOf(CorruptFileException.class)
          .hasMessageStartingWith("Cannot read a.state: ");
    }
    assertThatThrownBy(() -> readAll(new byte[0]))
        .hasMessage("Cannot read a.state: it has 0 bytes, too few for a file of training state");
  }

  @Test
  void everyFlippedBitIsRefused() {
    for (int i = 0; i < file.length * 8; i++) {
      byte[] flipped = file.clone();
      flipped[i / 8] ^= (byte) (1 << i % 8);
      boolean version = i / 8 >= 8 && i / 8 < 12;
      assertThatThrownBy(() -> read(flipped, StateFileTest::arrays))
          .as("bit %d", i)
          .isInstanceOf(version ? UnsupportedVersionException.class : CorruptFileException.class);
    }
  }

  /** As a caller does that trusts the file. */
  private static int arrays(StateReader in) {
    return in.floats("theta").length
        + in.doubles("losses").length
        + in.ints("positions").length
        + in.longs("counts").length
        + in.floats("part").length
        + in.floats("").length;
  }

  @Test
  void damagedCopiesAreAllRefused() {
    assertThat(Damage.survives(file, 120, 2000, bytes -> read(bytes, StateFileTest::arrays)))
        .isEqualTo(2000);
  }

  @Test
  void whatIsAppendedIsRefused() {
    assertThatThrownBy(() -> readAll(Arrays.copyOf(file, file.length + 1)))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void lengthsBeyondTheFileAreRefusedBeforeAnythingIsAllocated() {
    int empty = file(out -> {}).length - StateFile.CHECKSUM_BYTES - 1;
    int lengthAt = empty + 1 + Integer.BYTES + "theta".length();
    for (long claimed : new long[] {Long.MAX_VALUE, -1, Integer.MAX_VALUE, 1L << 40}) {
      byte[] huge = file.clone();
      ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putLong(lengthAt, claimed);
      assertTooLong(
          huge,
          "array theta claims %s elements, more than there are (at byte %d)"
              .formatted(Long.toUnsignedString(claimed), lengthAt));
    }
    for (int claimed : new int[] {Integer.MAX_VALUE, -1, file.length}) {
      byte[] huge = file.clone();
      ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(12, claimed);
      assertTooLong(
          huge,
          "the header claims %s bytes, more than there are (at byte 12)"
              .formatted(Integer.toUnsignedString(claimed)));
      ByteBuffer.wrap(file, 0, file.length).get(0, huge);
      ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(empty + 1, claimed);
      assertTooLong(
          huge,
          "the name of an array claims %s bytes, more than there are (at byte %d)"
              .formatted(Integer.toUnsignedString(claimed), empty + 1));
    }
  }

  private static void assertTooLong(byte[] file, String problem) {
    assertRefused(signed(file), StateFileTest::arrays, problem);
  }

  /** With the checksum that belongs to it: damage by intent. */
  private static byte[] signed(byte[] file) {
    byte[] before = Arrays.copyOf(file, file.length - StateFile.CHECKSUM_BYTES);
    byte[] signed = Arrays.copyOf(before, file.length);
    byte[] checksum = HexFormat.of().parseHex(Sha256.hex(before));
    System.arraycopy(checksum, 0, signed, before.length, checksum.length);
    return signed;
  }

  /** Whoever writes such a file gets errors for it, and nothing worse. */
  @Test
  void damagedCopiesWithAChecksumThatIsRightAreReadOrRefused() {
    int refused =
        Damage.survives(
            file,
            120,
            4000,
            bytes ->
                read(
                    bytes.length < StateFile.MIN_BYTES ? bytes : signed(bytes),
                    StateFileTest::arrays));
    assertThat(refused).isBetween(1500, 4000);
  }

  @Test
  void aLaterVersionIsRefusedAsSuch() {
    byte[] later = file.clone();
    later[8] = 2;
    assertThatThrownBy(() -> readAll(later))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "Cannot read a.state: its format has version 2, and this library reads version 1 (at"
                + " byte 8)");
  }

  @Test
  void stateOfAnotherKindIsRefused() {
    assertThatThrownBy(() -> StateFile.read(ByteSource.of("a.state", file), "run", in -> in))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage("Cannot read a.state: it holds the state of a test, not of a run");
    byte[] text =
        "SPTSTATA is what another file may begin with, of a good length"
            .getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> readAll(text))
        .hasMessage(
            "Cannot read a.state: it does not begin as a file of training state does (at byte 0)");
  }

  @Test
  void arraysThatTheReaderDoesNotExpectAreRefused() {
    byte[] small = file(out -> out.floats("w", FLOATS));
    assertRefused(small, in -> in.floats("v"), "it has the array w where v belongs");
    assertRefused(small, in -> in.doubles("w"), "array w has floats, not doubles");
    assertRefused(
        small,
        in -> {
          in.floats("w", new float[3]);
          return in;
        },
        "array w has 7 elements instead of 3");
    assertRefused(small, in -> in, "it has an array w too many");
    assertRefused(
        small,
        in -> {
          in.floats("w");
          return in.floats("v");
        },
        "it has too few arrays");
  }

  private static void assertRefused(
      byte[] bytes, Function<StateReader, Object> content, String problem) {
    assertThatThrownBy(() -> read(bytes, content))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read a.state: " + problem);
  }

  @Test
  void contentThatMakesNoSenseToTheReaderIsRefused() {
    assertRefused(
        file,
        in -> {
          throw new IllegalArgumentException("Invalid size: -1");
        },
        "its content makes no sense: Invalid size: -1");
  }

  @Test
  void aReaderSeesNothingOfADamagedFile() {
    byte[] damaged = file.clone();
    damaged[file.length / 2] ^= 1;
    AtomicBoolean reached = new AtomicBoolean();
    assertRefused(
        damaged,
        in -> {
          reached.set(true);
          return in;
        },
        "it is damaged or truncated: its checksum is wrong (at byte %d)"
            .formatted(file.length - StateFile.CHECKSUM_BYTES));
    assertThat(reached).isFalse();
  }

  @Test
  void aFileThatIsMissingCannotBeRead() {
    ByteSource missing = ByteSource.local(Path.of("no", "such", "file"));
    assertThatThrownBy(() -> StateFile.read(missing, "test", in -> in))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read no/such/file: there is no such file");
  }
}
