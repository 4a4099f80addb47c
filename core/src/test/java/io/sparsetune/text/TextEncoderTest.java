package io.sparsetune.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.testing.LocalTokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the tokenizer of all-MiniLM-L6-v2. */
class TextEncoderTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] TOKENIZER = resource("/all-minilm-l6-v2-tokenizer.json");
  private static final JsonNode GOLDEN = golden();

  @Test
  void tokensAgreeWithTheGoldenOnesWithoutPadding() {
    Map<Integer, String> names = new HashMap<>();
    vocabulary().fields().forEachRemaining(e -> names.put(e.getValue().asInt(), e.getKey()));
    try (TextEncoder encoder = TextEncoder.of(TOKENIZER, "minilm", 128)) {
      for (int i = 0; i < GOLDEN.get("sentences").size(); i++) {
        List<String> wanted = new ArrayList<>();
        GOLDEN.get("tokens").get(i).forEach(token -> wanted.add(token.asText()));
        wanted.removeIf("[PAD]"::equals);
        Tokens tokens = encoder.encode(GOLDEN.get("sentences").get(i).asText());
        assertThat(IntStream.of(tokens.ids()).mapToObj(names::get)).isEqualTo(wanted);
        assertThat(tokens.typeIds()).hasSize(tokens.length()).containsOnly(0);
        assertThat(tokens.truncated()).isFalse();
      }
    }
  }

  @Test
  void inputIdsAgreeWithTheGoldenOnes() throws IOException {
    long[][] wanted = goldenIds();
    try (TextEncoder encoder = TextEncoder.of(TOKENIZER, "minilm", 128)) {
      for (int i = 0; i < wanted.length; i++) {
        int[] ids = encoder.encode(GOLDEN.get("sentences").get(i).asText()).ids();
        for (int j = 0; j < wanted[i].length; j++) {
          assertThat(j < ids.length ? ids[j] : 0).isEqualTo((int) wanted[i][j]);
        }
      }
    }
  }

  @Test
  void longTextIsCutAndSaidToBe() {
    try (TextEncoder encoder = TextEncoder.of(TOKENIZER, "minilm", 8)) {
      Tokens exact = encoder.encode("one two three four five six");
      assertThat(exact.length()).isEqualTo(8);
      assertThat(exact.truncated()).isFalse();
      Tokens cut = encoder.encode("one two three four five six seven");
      assertThat(cut.ids()).isEqualTo(exact.ids());
      assertThat(cut.truncated()).isTrue();
    }
  }

  @Test
  void pairsAreToldApartAndTheLongerIsCut() {
    try (TextEncoder encoder = TextEncoder.of(TOKENIZER, "minilm", 9)) {
      Tokens pair = encoder.encode("one two", "three four");
      assertThat(pair.typeIds()).containsExactly(0, 0, 0, 0, 1, 1, 1);
      assertThat(pair.truncated()).isFalse();
      Tokens cut = encoder.encode("one two three four five six seven eight", "nine ten");
      assertThat(cut.length()).isEqualTo(9);
      assertThat(cut.typeIds()).containsExactly(0, 0, 0, 0, 0, 0, 1, 1, 1);
      assertThat(cut.truncated()).isTrue();
    }
  }

  @Test
  void emptyTextHasItsSpecialTokensOnly() {
    try (TextEncoder encoder = TextEncoder.of(TOKENIZER, "minilm", 8)) {
      assertThat(encoder.encode("").ids()).containsExactly(101, 102);
    }
  }

  @Test
  void severalThreadsGetTheSameTokens() {
    try (TextEncoder encoder = TextEncoder.of(TOKENIZER, "minilm", 32)) {
      Map<String, Integer> lengths = new ConcurrentHashMap<>();
      IntStream.range(0, 400)
          .parallel()
          .forEach(i -> lengths.merge("word ".repeat(i % 7 + 1), 0, (a, b) -> a));
      lengths.keySet().parallelStream()
          .forEach(text -> lengths.put(text, encoder.encode(text).length()));
      lengths.forEach((text, length) -> assertThat(length).isEqualTo(text.length() / 5 + 2));
    }
  }

  @Test
  void anOlderFolderWithAVocabularyGivesTheSameTokens(@TempDir Path folder) throws IOException {
    String[] lines = new String[vocabulary().size()];
    vocabulary().fields().forEachRemaining(e -> lines[e.getValue().asInt()] = e.getKey());
    Files.writeString(folder.resolve("vocab.txt"), String.join("\n", lines) + "\n");
    try (TextEncoder modern = TextEncoder.of(TOKENIZER, "minilm", 64);
        TextEncoder older = TextEncoder.of(LocalTokenizer.read(folder), "older", 64)) {
      for (JsonNode sentence : GOLDEN.get("sentences")) {
        assertThat(older.encode(sentence.asText()).ids())
            .isEqualTo(modern.encode(sentence.asText()).ids());
      }
      assertThat(older.encode("a b", "c").typeIds()).isEqualTo(modern.encode("a b", "c").typeIds());
    }
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"do_lower_case\": false, \"cls_token\": {\"content\": \"[CLS]\"}}");
    try (TextEncoder cased = TextEncoder.of(LocalTokenizer.read(folder), "cased", 64)) {
      assertThat(cased.encode("Snow").ids()).isNotEqualTo(cased.encode("snow").ids());
    }
  }

  @Test
  void aFolderWithoutATokenizerSaysWhatToDo(@TempDir Path folder) throws IOException {
    assertThatThrownBy(() -> LocalTokenizer.read(folder))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot find a tokenizer in "
                + folder
                + ": neither tokenizer.json nor vocab.txt is there. Newer versions of transformers"
                + " write tokenizer.json with AutoTokenizer.from_pretrained(…).save_pretrained(…)");
    Files.writeString(folder.resolve("vocab.txt"), "[PAD]\n[UNK]\n[CLS]\n");
    assertThatThrownBy(() -> LocalTokenizer.read(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read " + folder + "/vocab.txt: it has no line for the special token [SEP]");
  }

  @Test
  void aBrokenTokenizerIsNamed() {
    assertThatThrownBy(
            () -> TextEncoder.of("{}".getBytes(StandardCharsets.UTF_8), "m/tokenizer.json", 8))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith(
            "Cannot read m/tokenizer.json: the tokenizer library does not accept it: ");
  }

  @Test
  void loadingLeavesNoPropertiesBehind() {
    TextEncoder.of(TOKENIZER, "minilm", 8).close();
    assertThat(System.getProperties())
        .doesNotContainKeys(
            "ENGINE_CACHE_DIR", "ai.djl.offline", "OPT_OUT_TRACKING", "RUST_FLAVOR");
  }

  private static ObjectNode vocabulary() {
    try {
      return (ObjectNode) JSON.readTree(TOKENIZER).get("model").get("vocab");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * input_ids of given.safetensors, read by hand: an 8-byte header length, then JSON, then data.
   */
  private static long[][] goldenIds() throws IOException {
    byte[] file =
        Files.readAllBytes(
            Path.of(System.getProperty("golden.dir"), "minilm", "given.safetensors"));
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(bytes.getLong());
    JsonNode tensor = JSON.readTree(file, 8, header).get("input_ids");
    assertThat(tensor.get("dtype").asText()).isEqualTo("I64");
    long[][] ids = new long[tensor.get("shape").get(0).asInt()][tensor.get("shape").get(1).asInt()];
    bytes.position(8 + header + tensor.get("data_offsets").get(0).asInt());
    for (long[] row : ids) {
      bytes.asLongBuffer().get(row);
      bytes.position(bytes.position() + 8 * row.length);
    }
    return ids;
  }

  private static JsonNode golden() {
    try {
      return JSON.readTree(
          Path.of(System.getProperty("golden.dir"), "minilm", "sentences.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = TextEncoderTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
