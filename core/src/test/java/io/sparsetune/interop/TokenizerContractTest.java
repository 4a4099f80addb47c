package io.sparsetune.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.DataException;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.text.TextEncoder;
import io.sparsetune.text.TokenizerJson;
import io.sparsetune.text.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A table of tokenizers' files against what transformers makes of them; record_tokenizers.py of the
 * interop stage records it, and checks that the records still hold.
 */
class TokenizerContractTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LIMIT = 1 << 20;
  private static final JsonNode TABLE = tree("cases.json");
  private static final JsonNode RECORDED = tree("recorded.json");

  static Stream<String> accepted() {
    return names().filter(name -> !TABLE.get("cases").get(name).has("refused"));
  }

  static Stream<String> refused() {
    return names().filter(name -> TABLE.get("cases").get(name).has("refused"));
  }

  @ParameterizedTest
  @MethodSource("accepted")
  void tokensAreThoseOfTransformersBeforeAndAfterAMerge(String name) throws IOException {
    JsonNode known = TABLE.get("cases").get(name);
    MemoryFolder folder = folder(name);
    List<List<String>> expected = new ArrayList<>();
    boolean alone = known.path("alone").asBoolean();
    for (JsonNode rows : RECORDED.get(alone ? known.get("merged").asText() : name)) {
      expected.add(StreamSupport.stream(rows.spliterator(), false).map(JsonNode::asText).toList());
    }
    assertThat(tokens(folder)).isEqualTo(expected);

    MemoryFolder merged = new MemoryFolder("merged");
    HuggingFaceFolder.write(BaseModel.open(folder), merged);
    assertThat(tokens(merged)).isEqualTo(expected);
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      MemoryFolder wanted = known.has("merged") ? folder(known.get("merged").asText()) : folder;
      assertThat(merged.contains(file)).isEqualTo(wanted.contains(file));
      if (merged.contains(file)) {
        assertThat(JSON.readTree(merged.bytes(file))).isEqualTo(JSON.readTree(wanted.bytes(file)));
      }
    }
    MemoryFolder again = new MemoryFolder("again");
    HuggingFaceFolder.write(BaseModel.open(merged), again);
    for (String file : merged.names()) {
      assertThat(again.bytes(file)).isEqualTo(merged.bytes(file));
    }
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatCannotBeHonouredIsRefusedWithItsName(String name) throws IOException {
    MemoryFolder folder = folder(name);
    assertThatThrownBy(() -> TokenizerJson.find(folder, LIMIT))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(folder.location())
        .hasMessageContaining(TABLE.get("cases").get(name).get("refused").asText());
  }

  private static List<List<String>> tokens(MemoryFolder folder) {
    byte[] tokenizer = TokenizerJson.find(folder, LIMIT);
    List<List<String>> all = new ArrayList<>();
    for (JsonNode length : TABLE.get("lengths")) {
      List<String> rows = new ArrayList<>();
      try (TextEncoder encoder = TextEncoder.of(tokenizer, "tokenizer", length.asInt())) {
        for (JsonNode text : TABLE.get("texts")) {
          rows.add(line(encoder.encode(text.asText())));
        }
        for (JsonNode pair : TABLE.get("pairs")) {
          rows.add(line(encoder.encode(pair.get(0).asText(), pair.get(1).asText())));
        }
      }
      all.add(rows);
    }
    return all;
  }

  private static String line(Tokens tokens) {
    StringJoiner line = new StringJoiner(" ");
    for (int i = 0; i < tokens.length(); i++) {
      int type = tokens.typeIds()[i];
      line.add(tokens.ids()[i] + (type == 0 ? "" : ":" + type));
    }
    return line.toString();
  }

  private static MemoryFolder folder(String name) throws IOException {
    JsonNode known = TABLE.get("cases").get(name);
    MemoryFolder folder =
        MemoryFolder.copyOf(
            Golden.folder(known.get("model").asText()), "config.json", "model.safetensors");
    for (Map.Entry<String, JsonNode> file : known.get("files").properties()) {
      folder.put(file.getKey(), content(folder, file.getKey(), (ObjectNode) file.getValue()));
    }
    return folder;
  }

  private static byte[] content(MemoryFolder folder, String name, ObjectNode value)
      throws IOException {
    if (name.equals("config.json")) {
      ObjectNode config = (ObjectNode) JSON.readTree(folder.bytes(name));
      return JSON.writeValueAsBytes(config.setAll(value));
    }
    if (!value.has("@")) {
      return JSON.writeValueAsBytes(value);
    }
    byte[] file = resource(value.get("@").asText());
    if (value.size() == 1) {
      return file;
    }
    ObjectNode changed = (ObjectNode) JSON.readTree(file);
    changed.setAll(value);
    changed.remove("@");
    return JSON.writeValueAsBytes(changed);
  }

  private static Stream<String> names() {
    return TABLE.get("cases").properties().stream().map(Map.Entry::getKey);
  }

  private static JsonNode tree(String name) {
    try {
      return JSON.readTree(resource(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = TokenizerContractTest.class.getResourceAsStream("/tokenizers/" + name)) {
      return in.readAllBytes();
    }
  }
}
