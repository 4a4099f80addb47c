package io.sparsetune.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.testing.MiniLm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceFolderTest {
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void aMergedModelHasTheNamesOfTheOriginalAndDiffersOnlyWhereItWasTrained(String name)
      throws IOException {
    BaseModel base = Golden.base(name);
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    MemoryFolder out = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, delta, out);

    SafetensorsReader merged = SafetensorsReader.open(out.file("model.safetensors"));
    SafetensorsReader original =
        SafetensorsReader.open(ByteSource.local(Golden.folder(name).resolve("model.safetensors")));
    assertThat(merged.tensors().keySet()).isEqualTo(original.tensors().keySet());
    assertThat(merged.metadata()).containsOnlyKeys("format").containsEntry("format", "pt");
    ParameterLayout layout = delta.layout();
    for (String stored : original.tensors().keySet()) {
      float[] expected = original.floats(stored);
      int t = layout.indexOf(stored.replaceFirst("^(ro)?bert(a)?\\.", ""));
      int first = delta.trained().firstOrdinal(t);
      for (int i = 0; i < delta.trained().count(t); i++) {
        int position = delta.trained().isWhole(t) ? i : delta.trained().positions(t)[i];
        expected[position] = delta.values()[first + i];
      }
      assertThat(merged.floats(stored)).as(stored).isEqualTo(expected);
      assertThat(merged.tensors().get(stored).shape())
          .isEqualTo(original.tensors().get(stored).shape());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void aMergedFolderOpensAsTheTrainedModel(String name) throws IOException {
    BaseModel base = Golden.base(name);
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    MemoryFolder out = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, delta, out);
    BaseModel merged = BaseModel.open(out);
    float[] theta = base.load(delta.info().spec(), 1);
    delta.apply(theta);
    assertThat(merged.encoder()).isEqualTo(base.encoder());
    assertThat(merged.dropout()).isEqualTo(base.dropout());
    assertThat(merged.load(delta.info().spec(), 2)).isEqualTo(theta);
  }

  @Test
  void theConfigurationNamesClassLabelsAndKindOfProblem() throws IOException {
    BaseModel base = Golden.base("roberta");
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    MemoryFolder out = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, delta, out);
    JsonNode config = new ObjectMapper().readTree(out.bytes("config.json"));
    assertThat(config.get("architectures"))
        .singleElement()
        .returns("RobertaForSequenceClassification", JsonNode::asText);
    assertThat(config.get("model_type").asText()).isEqualTo("roberta");
    assertThat(config.get("problem_type").asText()).isEqualTo("single_label_classification");
    for (int i = 0; i < delta.info().labels().size(); i++) {
      String label = delta.info().labels().get(i);
      assertThat(config.get("id2label").get(Integer.toString(i)).asText()).isEqualTo(label);
      assertThat(config.get("label2id").get(label).asInt()).isEqualTo(i);
    }
    assertThat(config.get("id2label")).hasSize(delta.info().labels().size());
    assertThat(out.names()).contains("config.json", "model.safetensors");
  }

  @Test
  void theConfigurationIsThereOnlyWhenEverythingIs() throws IOException {
    BaseModel base = Golden.base("bert");
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    List<String> written = new ArrayList<>();
    OutputFolder full =
        new OutputFolder() {
          @Override
          public String location() {
            return "merged";
          }

          @Override
          public void write(String name, Content content) throws IOException {
            if (name.equals("model.safetensors")) {
              throw new IOException("disk full");
            }
            written.add(name);
          }
        };
    assertThatThrownBy(() -> HuggingFaceFolder.write(base, delta, full)).hasMessage("disk full");
    assertThat(written).doesNotContain("config.json");
    MemoryFolder whole = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, delta, whole);
    assertThat(HuggingFaceFolder.NAMES).containsAll(whole.names());
  }

  @Test
  void aRegressionSaysSo() throws IOException {
    BaseModel base = Golden.base("bert-regression");
    MemoryFolder out = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, Deltas.random(base, Golden.spec(base), 3), out);
    JsonNode config = new ObjectMapper().readTree(out.bytes("config.json"));
    assertThat(config.get("problem_type").asText()).isEqualTo("regression");
    assertThat(config.get("id2label")).hasSize(1);
    assertThat(config.get("architectures").get(0).asText())
        .isEqualTo("BertForSequenceClassification");
  }

  @ParameterizedTest
  @CsvSource({"bert, Bert", "roberta, Roberta"})
  void choicesHaveAModelOfTheirOwnWithAPooler(String name, String family) throws IOException {
    BaseModel base = Golden.base(name);
    SparseDelta delta = Deltas.random(base, choices(base, Pooling.POOLER), 3);
    MemoryFolder out = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, delta, out);
    JsonNode config = new ObjectMapper().readTree(out.bytes("config.json"));
    assertThat(config.get("architectures").get(0).asText()).isEqualTo(family + "ForMultipleChoice");
    assertThat(config.has("id2label")).isFalse();
    assertThat(config.has("problem_type")).isFalse();
    SafetensorsReader weights =
        SafetensorsReader.open(ByteSource.of("weights", out.bytes("model.safetensors")));
    assertThat(weights.tensors().get("classifier.weight").shape())
        .containsExactly(1L, (long) base.encoder().hiddenSize());
    assertThat(weights.tensors()).containsKey(name + ".pooler.dense.weight");
    SparseDelta cls = Deltas.random(base, choices(base, Pooling.CLS), 3);
    assertThatThrownBy(() -> HuggingFaceFolder.write(base, cls, new MemoryFolder("no")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write a model with pooling cls for transformers: its %sForMultipleChoice has"
                + " none; train with model.pooling: pooler",
            family);
  }

  private static ModelSpec choices(BaseModel base, Pooling pooling) {
    return new ModelSpec(base.encoder(), pooling, 2, Loss.CHOICE_CROSS_ENTROPY, Dropout.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "bert, MEAN, mean, Bert, pooler",
    "bert, CLS, cls, Bert, pooler",
    "roberta, MEAN, mean, Roberta, cls",
    "roberta, POOLER, pooler, Roberta, cls"
  })
  void aHeadThatTransformersHasNotIsRefusedWithTheRemedy(
      String name, Pooling pooling, String shown, String family, String remedy) {
    BaseModel base = Golden.base(name);
    ModelSpec spec = new ModelSpec(base.encoder(), pooling, 2, Loss.CROSS_ENTROPY, Dropout.NONE);
    SparseDelta delta = Deltas.random(base, spec, 3);
    MemoryFolder out = new MemoryFolder("merged");
    assertThatThrownBy(() -> HuggingFaceFolder.write(base, delta, out))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write a model with pooling %s for transformers: its %sForSequenceClassification"
                + " has none; train with model.pooling: %s",
            shown, family, remedy);
    assertThat(out.names()).isEmpty();
  }

  @Test
  void aDeltaOfAnotherBaseIsNotMerged() {
    BaseModel base = Golden.base("bert");
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    MemoryFolder out = new MemoryFolder("merged");
    assertThatThrownBy(() -> HuggingFaceFolder.write(Golden.base("bert-regression"), delta, out))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(base.fingerprint());
    assertThat(out.names()).isEmpty();
  }

  @Test
  void theOnnxCopyOfAModelBecomesAFolderWithTheSameFingerprint() throws IOException {
    BaseModel onnx = BaseModel.open(MiniLm.folder());
    MemoryFolder out = new MemoryFolder("model");
    HuggingFaceFolder.write(onnx, out);
    assertThat(out.names())
        .containsExactly(
            "config.json",
            "model.safetensors",
            "special_tokens_map.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "vocab.txt");
    BaseModel folder = BaseModel.open(out);
    assertThat(folder.fingerprint()).isEqualTo(onnx.fingerprint());
    assertThat(folder.encoder()).isEqualTo(onnx.encoder());
    assertThat(folder.dropout()).isEqualTo(onnx.dropout());
    JsonNode config = new ObjectMapper().readTree(out.bytes("config.json"));
    assertThat(config.get("architectures").get(0).asText()).isEqualTo("BertModel");
    assertThat(config.has("id2label")).isFalse();

    String[] vocabulary = out.text("vocab.txt").split("\n");
    assertThat(vocabulary).hasSize(onnx.encoder().vocabularySize()).startsWith("[PAD]");
    assertThat(vocabulary[101]).isEqualTo("[CLS]");
    JsonNode tokenizer = new ObjectMapper().readTree(out.bytes("tokenizer_config.json"));
    assertThat(tokenizer.get("do_lower_case").asBoolean()).isTrue();
    assertThat(tokenizer.get("model_max_length").asInt()).isEqualTo(512);
    assertThat(new ObjectMapper().readTree(out.bytes("special_tokens_map.json")).toString())
        .isEqualTo(
            "{\"cls_token\":\"[CLS]\",\"mask_token\":\"[MASK]\",\"pad_token\":\"[PAD]\",\"sep_token\":\"[SEP]\",\"unk_token\":\"[UNK]\"}");
  }

  @Test
  void aTokenizersOwnFilesAreCopiedAsTheyAre() throws IOException {
    MemoryFolder folder = withTokenizer("bert", "{\"model\": {\"unk_token\": \"[UNK]\"}}");
    byte[] config = "{\"do_lower_case\": false}".getBytes(StandardCharsets.UTF_8);
    folder.put("tokenizer_config.json", config);
    folder.put("special_tokens_map.json", config);
    MemoryFolder out = new MemoryFolder("model");
    HuggingFaceFolder.write(BaseModel.open(folder), out);
    assertThat(out.bytes("tokenizer_config.json")).isEqualTo(config);
    assertThat(out.bytes("special_tokens_map.json")).isEqualTo(config);
    assertThat(out.bytes("tokenizer.json")).isEqualTo(folder.bytes("tokenizer.json"));
  }

  /** ' stands for the quotes of JSON. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "bert|{'model':{'type':'BPE','unk_token':'<?>'}}|{}|'token_type_ids',",
        "bert|{'added_tokens':[{'content':'[MASK]','special':true},{'content':'[PAD]','special':false},"
            + "{'content':'[B]','special':true}],"
            + "'post_processor':{'type':'TemplateProcessing','single':[{'SpecialToken':{'id':'[B]'}},"
            + "{'Sequence':{'id':'A'}},{'SpecialToken':{'id':'[E]'}}]},'model':{'type':'WordLevel'}}"
            + "|{'cls_token':'[B]','mask_token':'[MASK]'}|'token_type_ids',",
        "roberta|{'post_processor':{'type':'Sequence','processors':["
            + "{'type':'ByteLevel'},{'type':'RobertaProcessing','sep':['</x>',2],'cls':['<x>',0]}]},"
            + "'added_tokens':[{'content':'<s>','special':true},{'content':'<x>','special':true}],"
            + "'model':{'type':'WordLevel','unk_token':null}}|{'bos_token':'<s>','cls_token':'<x>'}|``",
      })
  void ofATokenizerNothingIsSaidThatItDoesNotSayItself(
      String name, String tokenizer, String tokens, String types) throws IOException {
    BaseModel base = BaseModel.open(withTokenizer(name, json(tokenizer)));
    MemoryFolder out = new MemoryFolder("model");
    HuggingFaceFolder.write(base, out);
    ObjectMapper mapper = new ObjectMapper();
    JsonNode expected = mapper.readTree(json(tokens));
    assertThat(mapper.readTree(out.bytes("special_tokens_map.json"))).isEqualTo(expected);
    String config =
        "{'tokenizer_class':'PreTrainedTokenizerFast','model_max_length':%d,'model_input_names':['input_ids',%s'attention_mask']}";
    ObjectNode all =
        (ObjectNode) mapper.readTree(json(config.formatted(base.encoder().maxTokens(), types)));
    all.setAll((ObjectNode) expected);
    assertThat(mapper.readTree(out.bytes("tokenizer_config.json"))).isEqualTo(all);
  }

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static MemoryFolder withTokenizer(String name, String tokenizer) throws IOException {
    return MemoryFolder.copyOf(Golden.folder(name), "config.json", "model.safetensors")
        .put("tokenizer.json", tokenizer.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void aBaseWithoutAHeadKeepsItsWeightsAndItsPooler(String name) throws IOException {
    BaseModel base = Golden.base(name);
    MemoryFolder out = new MemoryFolder("model");
    HuggingFaceFolder.write(base, out);
    BaseModel copy = BaseModel.open(out);
    assertThat(copy.fingerprint()).isEqualTo(base.fingerprint());
    ModelSpec pooled =
        new ModelSpec(base.encoder(), Pooling.POOLER, 2, Loss.CROSS_ENTROPY, Dropout.NONE);
    assertThat(copy.headOrigin(pooled).initialised()).contains("classifier");
    assertThat(copy.headOrigin(pooled).loaded().contains("pooler.dense"))
        .isEqualTo(name.equals("bert"));
    int encoder = encoderSize(pooled.layout());
    assertThat(Arrays.copyOf(copy.load(pooled, 1), encoder))
        .isEqualTo(Arrays.copyOf(base.load(pooled, 1), encoder));
  }

  private static int encoderSize(ParameterLayout layout) {
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() != Part.HEAD)
        .map(t -> layout.tensor(t).size())
        .sum();
  }
}
