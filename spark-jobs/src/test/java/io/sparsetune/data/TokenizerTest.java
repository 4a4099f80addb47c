package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.TestModels;
import io.sparsetune.testing.TinyTokenizer;
import io.sparsetune.text.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TaskConfig TEXTS = task(Optional.empty());
  private static final TaskConfig PAIRS = task(Optional.of("other"));

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void model() throws IOException {
    TestModels.golden(folder, 0);
    file = folder.resolve("tokenizer.json");
  }

  @Test
  void aFileThatTheLibraryDoesNotAcceptIsNamedAtOnce() throws IOException {
    Files.writeString(file, "{\"version\": \"1.0\"}");
    assertThatThrownBy(() -> open(TEXTS, 16))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read %s: ", file);
  }

  @Test
  void specialTokensLeaveRoomForText() throws IOException {
    String roberta =
        "\"single\": [%1$s, %2$s, %1$s], \"pair\": [%1$s, %2$s, %1$s, %1$s, %3$s, %1$s]";
    write(
        "{\"type\": \"TemplateProcessing\", "
            + roberta.formatted(special(0), sequence("A", 0), sequence("B", 0))
            + ", \"special_tokens\": {\"[SEP]\": {\"id\": \"[SEP]\", \"ids\": [3], \"tokens\":"
            + " [\"[SEP]\"]}}}");
    assertThat(open(TEXTS, 3)).isNotNull();
    assertThat(open(PAIRS, 5)).isNotNull();
    for (int length : new int[] {3, 4}) {
      assertThatThrownBy(() -> open(PAIRS, length))
          .isInstanceOf(ConfigException.class)
          .hasMessage(
              "Invalid data.max_seq_length: %d; the tokenizer %s puts 4 special tokens around two"
                  + " texts, so it has to be 5 or more",
              length, file);
    }
  }

  @Test
  void tokenTypesAreTheModels() throws IOException {
    write(
        "{\"type\": \"TemplateProcessing\", \"single\": [%s], \"pair\": [%s, %s], \"special_tokens\": {}}"
            .formatted(sequence("A", 0), sequence("A", 0), sequence("B", 7)));
    assertThat(open(TEXTS, 16)).isNotNull();
    assertThatThrownBy(() -> open(PAIRS, 16))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use the tokenizer %s: it gives a token the type 7, but the model has 2 types"
                + " (type_vocab_size in config.json), from 0. It belongs to another model.",
            file);
  }

  @Test
  void theTypesOfAModelWithOneAreNought() {
    TokenLimits limits = Tokenizer.of(TinyTokenizer.json(), "tiny", 57, 1).limits();
    Tokens tokens = limits.require(new Tokens(new int[] {4, 5}, new int[] {0, 1}, true));
    assertThat(tokens.typeIds()).containsExactly(0, 0);
    assertThat(tokens.ids()).containsExactly(4, 5);
    assertThat(tokens.truncated()).isTrue();
  }

  @Test
  void specialTokensAreTheModels() throws IOException {
    write(
        "{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 4294967295], \"cls\": [\"[CLS]\","
            + " 2]}");
    assertThatThrownBy(() -> open(TEXTS, 16))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot use the tokenizer %s: it has a token 2147483647, but", file);
  }

  @Test
  void aTokenizerThatCannotTokeniseOneTextIsNoInternalError() throws IOException {
    write("{\"type\": \"BertProcessing\", \"sep\": [\"[SEP]\", 3], \"cls\": [\"[CLS]\", 2]}");
    ObjectNode root = (ObjectNode) JSON.readTree(file.toFile());
    ObjectNode model = (ObjectNode) root.get("model");
    model.put("unk_token", "[NONE]");
    ((ObjectNode) model.get("vocab")).remove("a");
    Files.write(file, JSON.writeValueAsBytes(root));
    assertThat(open(TEXTS, 16)).isNotNull();
    assertThat(open(PAIRS, 16)).isNotNull();
  }

  private Tokenizer open(TaskConfig task, int maxSeqLength) {
    return Tokenizer.of(BaseModel.open(folder), task, maxSeqLength);
  }

  /** The tiny tokenizer with another post-processor. */
  private void write(String processor) throws IOException {
    ObjectNode tiny = (ObjectNode) JSON.readTree(TinyTokenizer.json());
    tiny.set("post_processor", JSON.readTree(processor));
    Files.write(file, JSON.writeValueAsBytes(tiny));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"tokenizer_class\": \"PreTrainedTokenizerFast\", \"model_input_names\":"
            + " [\"input_ids\", \"token_type_ids\", \"attention_mask\"]}");
  }

  private static String special(int type) {
    return "{\"SpecialToken\": {\"id\": \"[SEP]\", \"type_id\": %d}}".formatted(type);
  }

  private static String sequence(String id, int type) {
    return "{\"Sequence\": {\"id\": \"%s\", \"type_id\": %d}}".formatted(id, type);
  }

  private static TaskConfig task(Optional<String> pair) {
    return new TaskConfig(
        TaskType.CLASSIFICATION, "text", pair, "label", List.of(), Metric.ACCURACY);
  }
}
