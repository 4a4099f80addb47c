package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints as they are found in the wild, made of the golden ones. */
class BaseModelTest {
  private static final String QUERY = "bert.encoder.layer.0.attention.self.query.weight";

  private static MemoryFolder golden(String name) {
    return MemoryFolder.copyOf(Golden.folder(name), "config.json", "model.safetensors");
  }

  /** A copy of the tensors, some of them under other names or not at all. */
  private static SafetensorsWriter renamed(
      MemoryFolder folder, Set<String> only, UnaryOperator<String> names) {
    SafetensorsReader reader = SafetensorsReader.open(folder.file("model.safetensors"));
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    reader
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (only.isEmpty() || only.contains(name)) {
                List<Integer> shape = tensor.shape().stream().map(Long::intValue).toList();
                writer.floats(names.apply(name), shape, reader.floats(name));
              }
            });
    return writer;
  }

  private static MemoryFolder with(MemoryFolder folder, SafetensorsWriter weights) {
    try {
      folder.write("model.safetensors", weights::writeTo);
      return folder;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static MemoryFolder renamed(String name, UnaryOperator<String> names) {
    MemoryFolder folder = golden(name);
    return with(folder, renamed(folder, Set.of(), names));
  }

  private static void assertSameModel(MemoryFolder folder, String name) {
    BaseModel base = Golden.base(name);
    BaseModel other = BaseModel.open(folder);
    ModelSpec spec = Golden.spec(base);
    assertThat(other.load(spec, 1)).isEqualTo(base.load(spec, 1));
    assertThat(other.fingerprint()).isEqualTo(base.fingerprint());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void olderNamesOfLayerNormAreUnderstood(String name) {
    assertSameModel(
        renamed(
            name,
            n ->
                n.replace("LayerNorm.weight", "LayerNorm.gamma")
                    .replace("LayerNorm.bias", "LayerNorm.beta")),
        name);
  }

  @ParameterizedTest
  @CsvSource({"bert, ''", "bert, model.", "roberta, ''", "bert, 0.auto_model."})
  void thePrefixOfNamesDoesNotMatter(String name, String prefix) {
    assertSameModel(renamed(name, n -> n.replaceFirst("^(ro)?bert(a)?\\.", prefix)), name);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void aParameterThatIsNotFiniteIsRefused(float value) {
    for (String tensor : List.of(QUERY, "classifier.weight")) {
      MemoryFolder folder = golden("bert");
      SafetensorsReader reader = SafetensorsReader.open(folder.file("model.safetensors"));
      float[] values = reader.floats(tensor);
      values[7] = value;
      List<Integer> shape =
          reader.tensors().get(tensor).shape().stream().map(Long::intValue).toList();
      Set<String> others = new java.util.TreeSet<>(reader.tensors().keySet());
      others.remove(tensor);
      BaseModel base =
          BaseModel.open(
              with(folder, renamed(folder, others, n -> n).floats(tensor, shape, values)));
      assertThatThrownBy(
              () -> {
                base.fingerprint();
                base.headFingerprint(Golden.spec(base), 1);
              })
          .isInstanceOf(CorruptFileException.class)
          .hasMessage(
              "Cannot read %s: tensor %s has the value %s; every parameter has to be finite",
              folder.file("model.safetensors").path(), tensor.replaceFirst("^bert\\.", ""), value);
    }
  }

  @Test
  void buffersAndOtherHeadsAreSkipped() {
    MemoryFolder folder = golden("bert");
    SafetensorsWriter more =
        renamed(folder, Set.of(), n -> n)
            .ints("bert.embeddings.position_ids", List.of(1, 4), new int[4])
            .floats("cls.predictions.bias", List.of(3), new float[3])
            .floats("lm_head.dense.weight", List.of(1), new float[1]);
    assertSameModel(with(folder, more), "bert");
  }

  @Test
  void shardsAreReadByTheirIndex() throws IOException {
    MemoryFolder folder = golden("bert");
    SafetensorsReader whole = SafetensorsReader.open(folder.file("model.safetensors"));
    Map<String, Set<String>> shards = new TreeMap<>();
    List<String> entries = new ArrayList<>();
    int i = 0;
    for (String name : whole.tensors().keySet()) {
      String shard = "model-%05d-of-00003.safetensors".formatted(i++ % 3 + 1);
      shards.computeIfAbsent(shard, s -> new java.util.TreeSet<>()).add(name);
      entries.add("\"%s\":\"%s\"".formatted(name, shard));
    }
    for (Map.Entry<String, Set<String>> shard : shards.entrySet()) {
      folder.write(shard.getKey(), renamed(folder, shard.getValue(), n -> n)::writeTo);
    }
    folder.remove("model.safetensors");
    String index = "{\"metadata\":{},\"weight_map\":{%s}}".formatted(String.join(",", entries));
    folder.put("model.safetensors.index.json", index);
    assertSameModel(folder, "bert");
    assertThat(BaseModel.open(folder).files())
        .contains("config.json", "model.safetensors.index.json")
        .containsAll(shards.keySet())
        .hasSize(5);

    folder.put("model.safetensors.index.json", index.replace("-00001-of", "-00002-of"));
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("is in model-00002-of-00003.safetensors, where it is not");
    folder.put("model.safetensors.index.json", index);
    folder.remove("model-00002-of-00003.safetensors");
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read bert/model-00002-of-00003.safetensors: there is no such file");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x.safetensors", "/etc/passwd", "a/b", "..", ".hidden", "a\\\\b", ""})
  void aShardOutsideTheFolderIsRefused(String shard) {
    MemoryFolder folder = golden("bert").remove("model.safetensors");
    folder.put("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"%s\"}}".formatted(shard));
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("the shard of a is ")
        .hasMessageContaining("but must be a file's name without a folder");
  }

  @Test
  void anIndexWithoutAMapIsRefused() {
    MemoryFolder folder = golden("bert").remove("model.safetensors");
    folder.put("model.safetensors.index.json", "{}");
    assertThatThrownBy(() -> BaseModel.open(folder))
        .hasMessage("Cannot read bert/model.safetensors.index.json: it has no weight_map");
  }

  @Test
  void missingTensorsAreListed() {
    MemoryFolder folder = golden("bert");
    SafetensorsReader reader = SafetensorsReader.open(folder.file("model.safetensors"));
    Set<String> rest = new java.util.TreeSet<>(reader.tensors().keySet());
    rest.removeIf(name -> name.contains(".query."));
    with(folder, renamed(folder, rest, n -> n));
    int layers = Golden.base("bert").encoder().layers();
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith(
            "Cannot read bert/model.safetensors: the encoder lacks %d tensors: encoder.layer.0.attention.self.query.weight, encoder.layer.0.attention.self.query.bias"
                .formatted(2 * layers));
  }

  @Test
  void aTensorThatDoesNotFitTheConfigurationIsNamedWithBothShapes() {
    MemoryFolder folder = golden("bert");
    int size = Golden.base("bert").encoder().intermediateSize();
    int hidden = Golden.base("bert").encoder().hiddenSize();
    folder.put(
        "config.json",
        folder
            .text("config.json")
            .replace("\"intermediate_size\": " + size, "\"intermediate_size\": " + 2 * size));
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read bert/model.safetensors: tensor encoder.layer.0.intermediate.dense.weight has the shape [%d, %d], but the model's configuration asks for [%d, %d]",
            size, hidden, 2 * size, hidden);
  }

  @Test
  void layersBeyondTheConfigurationAreNotDroppedInSilence() {
    MemoryFolder folder = golden("bert");
    int layers = Golden.base("bert").encoder().layers();
    folder.put(
        "config.json",
        folder
            .text("config.json")
            .replace("\"num_hidden_layers\": " + layers, "\"num_hidden_layers\": " + (layers - 1)));
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(
            "it has 16 encoder tensors that the model's configuration does not know: encoder.layer.%d."
                .formatted(layers - 1))
        .hasMessageEndingWith(", …");
  }

  @Test
  void aTensorOfIntegersIsRefusedWhenItIsRead() {
    MemoryFolder folder = golden("bert");
    SafetensorsReader reader = SafetensorsReader.open(folder.file("model.safetensors"));
    int hidden = Golden.base("bert").encoder().hiddenSize();
    Set<String> rest = new java.util.TreeSet<>(reader.tensors().keySet());
    rest.remove(QUERY);
    with(
        folder,
        renamed(folder, rest, n -> n)
            .ints(QUERY, List.of(hidden, hidden), new int[hidden * hidden]));
    BaseModel base = BaseModel.open(folder);
    assertThatThrownBy(base::fingerprint)
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("tensor " + QUERY + " has dtype I32, F32, F16 or BF16 is needed");
  }

  @Test
  void aTensorUnderTwoNamesIsRefused() {
    MemoryFolder folder = golden("bert");
    int hidden = Golden.base("bert").encoder().hiddenSize();
    with(
        folder,
        renamed(folder, Set.of(), n -> n)
            .floats(
                QUERY.substring("bert.".length()),
                List.of(hidden, hidden),
                new float[hidden * hidden]));
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("are the same tensor")
        .hasMessageContaining(QUERY);
  }

  @Test
  void aFolderWithoutAModelSaysWhatItLacks() {
    MemoryFolder empty = new MemoryFolder("nothing");
    assertThatThrownBy(() -> BaseModel.open(empty))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read a model from nothing: it has no model.safetensors, model.safetensors.index.json or model.onnx");
    empty.put("pytorch_model.bin", "x");
    assertThatThrownBy(() -> BaseModel.open(empty))
        .hasMessageContaining("its pytorch_model.bin is not read")
        .hasMessageContaining("safe_serialization");
    MemoryFolder unconfigured = golden("bert").remove("config.json");
    assertThatThrownBy(() -> BaseModel.open(unconfigured))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read a model from bert: it has no config.json");
    Path missing = Golden.folder("no-such-model");
    assertThatThrownBy(() -> BaseModel.open(missing))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read a model from " + missing + ": there is no such folder");
  }

  @Test
  void aModelOfAnotherEncoderIsNotLoaded() {
    BaseModel base = Golden.base("bert");
    ModelSpec other = Golden.spec(Golden.base("roberta"));
    assertThatThrownBy(() -> base.load(other, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Architecture.ROBERTA.name().toUpperCase(Locale.ROOT));
  }
}
