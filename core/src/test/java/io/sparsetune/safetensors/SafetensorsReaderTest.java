package io.sparsetune.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsReaderTest {
  private static final String ONE =
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(byte[] header, int dataBytes) {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    for (int i = 0; i < dataBytes; i++) {
      bytes.put((byte) i);
    }
    return bytes.array();
  }

  private static SafetensorsReader open(byte[] bytes) {
    return SafetensorsReader.open(ByteSource.of("f.safetensors", bytes));
  }

  private static void assertCorrupt(byte[] bytes, String message) {
    assertThatThrownBy(() -> open(bytes))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read f.safetensors: ")
        .hasMessageContaining(message);
  }

  /** Each way in which a header can be wrong; ' stands for the quotes of JSON. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|0|its header does not begin with { at byte 8",
        "{|0|not valid JSON at byte ",
        "{}}|0|not valid JSON at byte ",
        "{} {}|0|text follows the header's JSON object",
        "{}|1|1 bytes follow the last tensor (at byte 10)",
        "{'a':1}|0|the entry a must be an object (at byte 13)",
        "{'__metadata__':{'a':1}}|0|__metadata__ a must be a string",
        "{'__metadata__':{'a':null}}|0|__metadata__ a must be a string",
        "{'__metadata__':[]}|0|the entry __metadata__ must be an object",
        "{'a':null}|0|the entry a must be an object",
        "{'a':{'dtype':'F4','shape':[3],'data_offsets':[0,1]}}|1|tensor a of shape [3] and F4 does"
            + " not end with a whole byte",
        "{'a':{'dtype':'F6_E2M3','shape':[1],'data_offsets':[0,1]}}|1|tensor a of shape [1] and"
            + " F6_E2M3 does not end with a whole byte",
        "{'a':{'dtype':'F6_E3M2','shape':[4],'data_offsets':[0,4]}}|4|tensor a has 4 bytes, but its"
            + " shape [4] of F6_E3M2 needs 3",
        "{'a':{'dtype':'C64','shape':[1],'data_offsets':[0,4]}}|4|tensor a has 4 bytes, but its"
            + " shape [1] of C64 needs 8",
        "{'__metadata__':{'a':'1','a':'2'}}|0|the key 'a' is there twice",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|4|the"
            + " key 'a' is there twice",
        "{'a':{'dtype':'F33','shape':[1],'data_offsets':[0,4]}}|4|tensor a has the unknown dtype"
            + " F33 (known: [BOOL, U8,",
        "{'a':{'dtype':1,'shape':[1],'data_offsets':[0,4]}}|4|the dtype of a must be a name",
        "{'a':{'dtype':'F32','shape':1,'data_offsets':[0,4]}}|4|shape of tensor a must be a list of"
            + " at most 8 whole numbers",
        "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}|4|shape of tensor a must be a"
            + " list",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}|4|shape of tensor a must be a"
            + " list",
        "{'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,4]}}|4|shape of"
            + " tensor a must be a list",
        "{'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1],'data_offsets':[0,4]}}|4|shape of tensor a"
            + " must be a list of at most 8",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}}|4|tensor a has"
            + " an impossible shape [4294967296, 4294967296]",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}}|4|tensor a needs dtype, shape and two"
            + " data_offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,8]}}|4|data_offsets of tensor a must"
            + " be a list of at most 2",
        "{'a':{'shape':[1],'data_offsets':[0,4]}}|4|tensor a needs dtype, shape and two"
            + " data_offsets",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4],'x':1}}|4|tensor a has an unknown key"
            + " x",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}|4|tensor a lies outside the file:"
            + " data_offsets [4, 0] of 4 bytes",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}|4|tensor a lies outside the file:"
            + " data_offsets [0, 8] of 4 bytes",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}|4|tensor a has 4 bytes, but its"
            + " shape [2] of F32 needs 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|8|no tensor owns the bytes before"
            + " a",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|8|4 bytes follow the last tensor",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}|8|tensor"
            + " b overlaps another",
      })
  void everyWayToBreakTheHeaderHasItsMessage(String header, int dataBytes, String message) {
    assertCorrupt(file(header.replace('\'', '"'), dataBytes), message);
  }

  @Test
  void aFileThatIsTooShortOrTruncatedSaysWhere() {
    assertCorrupt(new byte[0], "it has 0 bytes, too few for a safetensors header");
    assertCorrupt(new byte[7], "it has 7 bytes, too few for a safetensors header");
    assertCorrupt(file(" {}", 0), "its header does not begin with { at byte 8");
    assertCorrupt(new byte[8], "its header does not begin with { at byte 8");
    byte[] whole = file(ONE, 8);
    assertCorrupt(
        java.util.Arrays.copyOf(whole, 20),
        "it is truncated: its header claims %d bytes, 12 are there (at byte 0)"
            .formatted(ONE.length()));
    assertCorrupt(
        java.util.Arrays.copyOf(whole, whole.length - 1),
        "tensor a lies outside the file: data_offsets [0, 8] of 7 bytes");
  }

  @Test
  void anOversizedHeaderIsNotEvenAllocated() {
    for (long claim : new long[] {SafetensorsReader.MAX_HEADER_BYTES + 1L, 1L << 40, -1}) {
      byte[] bytes = ByteBuffer.allocate(100).order(ByteOrder.LITTLE_ENDIAN).putLong(claim).array();
      assertCorrupt(
          bytes,
          "its header claims %s bytes, more than the 16777216 allowed (at byte 0)"
              .formatted(Long.toUnsignedString(claim)));
    }
  }

  @Test
  void textThatIsNotUtf8IsNamedByItsByte() {
    byte[] header = ONE.getBytes(StandardCharsets.UTF_8);
    header[2] = (byte) 0xFF;
    assertCorrupt(file(header, 8), "not UTF-8 at byte 10");
  }

  @Test
  void positionsInMessagesCountBytesNotCharacters() {
    assertThat(jsonErrorAt("{\"ü\":x}")).isEqualTo(jsonErrorAt("{\"u\":x}") + 1);
  }

  private static int jsonErrorAt(String header) {
    try {
      open(file(header, 0));
      throw new AssertionError("It should have been refused");
    } catch (CorruptFileException e) {
      Matcher at = Pattern.compile("not valid JSON at byte (\\d+)").matcher(e.getMessage());
      assertThat(at.find()).isTrue();
      return Integer.parseInt(at.group(1));
    }
  }

  @Test
  void aMissingFileIsSaidToBeMissing(@TempDir Path folder) {
    Path missing = folder.resolve("model.safetensors");
    assertThatThrownBy(() -> SafetensorsReader.open(ByteSource.local(missing)))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read " + missing + ": there is no such file");
  }

  @Test
  void aFileThatShrinksAfterItWasOpenedIsCorrupt() {
    byte[] bytes = file(ONE, 8);
    int[] size = {bytes.length};
    ByteSource shrinking =
        new ByteSource() {
          @Override
          public String path() {
            return "f.safetensors";
          }

          @Override
          public long size() {
            return bytes.length;
          }

          @Override
          public java.io.InputStream openAt(long offset) {
            return new java.io.ByteArrayInputStream(
                bytes, (int) offset, Math.max(0, size[0] - (int) offset));
          }
        };
    SafetensorsReader reader = SafetensorsReader.open(shrinking);
    size[0] = bytes.length - 3;
    assertThatThrownBy(() -> reader.floats("a"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read f.safetensors: it ends at byte %d, inside a tensor"
                .formatted(bytes.length - 3));
  }

  @Test
  void aTensorOfAnotherTypeOrNameIsRefused() {
    SafetensorsReader reader = open(file(ONE, 8));
    assertThatThrownBy(() -> reader.ints("a"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("tensor a has dtype F32, I32 is needed (at byte");
    assertThatThrownBy(() -> reader.floats("b")).hasMessageContaining("it has no tensor b");
    SafetensorsReader integers = open(file(ONE.replace("F32", "I64").replace("[2]", "[1]"), 8));
    assertThatThrownBy(() -> integers.floats("a"))
        .hasMessageContaining("tensor a has dtype I64, F32, F16 or BF16 is needed (at byte");
  }

  /** Each is what safetensors 0.8 reads, too. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'__metadata__':null}|0",
        "{'__metadata__':{}}|0",
        "{'':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}|4",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[1,5]},'b':{'dtype':'U8','shape':[1],'data_offsets':[0,1]}}|5",
        "{'a':{'dtype':'C64','shape':[2],'data_offsets':[0,16]}}|16",
        "{'a':{'dtype':'F8_E8M0','shape':[3],'data_offsets':[0,3]}}|3",
        "{'a':{'dtype':'F8_E4M3FNUZ','shape':[1],'data_offsets':[0,1]}}|1",
        "{'a':{'dtype':'F8_E5M2FNUZ','shape':[1],'data_offsets':[0,1]}}|1",
        "{'a':{'dtype':'F4','shape':[2,3],'data_offsets':[0,3]}}|3",
        "{'a':{'dtype':'F4','shape':[0],'data_offsets':[0,0]}}|0",
        "{'a':{'dtype':'F6_E2M3','shape':[4],'data_offsets':[0,3]}}|3",
        "{'a':{'dtype':'F6_E3M2','shape':[8],'data_offsets':[0,6]}}|6",
      })
  void whatTheFormatAllowsIsRead(String header, int dataBytes) {
    SafetensorsReader reader = open(file(header.replace('\'', '"'), dataBytes));
    long bytes = reader.tensors().values().stream().mapToLong(TensorInfo::bytes).sum();
    assertThat(bytes).isEqualTo(dataBytes);
    assertThat(reader.metadata()).isEmpty();
  }

  @Test
  void aTensorThatIsNoFloatIsRefusedOnlyWhereItIsUsed() {
    SafetensorsReader reader =
        open(file("{'a':{'dtype':'F4','shape':[2],'data_offsets':[0,1]}}".replace('\'', '"'), 1));
    assertThatThrownBy(() -> reader.floats("a"))
        .hasMessageContaining("tensor a has dtype F4, F32, F16 or BF16 is needed (at byte");
  }

  @Test
  void paddingEmptyTensorsAndScalarsAreFine() {
    SafetensorsReader reader =
        open(
            file(
                "{\"__metadata__\":{\"x\":\"y\"},\"e\":{\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[0,0]},\"s\":{\"data_offsets\":[0,4],\"dtype\":\"I32\",\"shape\":[]}}"
                    + "   ",
                4));
    assertThat(reader.floats("e")).isEmpty();
    assertThat(reader.ints("s")).containsExactly(0x03020100);
    assertThat(reader.metadata()).containsOnlyKeys("x");
    assertThat(reader.tensors().get("e").shape()).isEqualTo(List.of(0L, 3L));
    assertThat(open(file("{}", 0)).tensors()).isEmpty();
    assertThat(open(file("{}\n\n ", 0)).tensors()).isEmpty();
  }
}
