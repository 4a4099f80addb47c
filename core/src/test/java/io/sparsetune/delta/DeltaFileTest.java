package io.sparsetune.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.Dtype;
import io.sparsetune.safetensors.FloatSink;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.safetensors.TensorInfo;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DeltaFileTest {
  private final BaseModel base = Golden.base("bert");
  private final SparseDelta delta = Deltas.random(base, Golden.spec(base), 5);

  private static byte[] bytes(SparseDelta delta) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      DeltaFile.write(delta, out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static SparseDelta read(byte[] bytes) {
    return DeltaFile.read(ByteSource.of("delta.safetensors", bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void whatIsWrittenIsReadBackAndWrittenAgainToTheSameBytes(String name) {
    BaseModel model = Golden.base(name);
    SparseDelta written = Deltas.random(model, Golden.spec(model), 9);
    SparseDelta read = read(bytes(written));
    assertThat(read.info()).isEqualTo(written.info());
    assertThat(read.trained()).isEqualTo(written.trained());
    assertThat(read.values()).isEqualTo(written.values());
    assertThat(bytes(read)).isEqualTo(bytes(written));
    read.requireBase(model);
  }

  @Test
  void theFileHasPositionsAndValuesOfPartsAndTheWholeOfTheHead() {
    SafetensorsReader file = SafetensorsReader.open(ByteSource.of("delta", bytes(delta)));
    ParameterLayout layout = delta.layout();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      int first = delta.trained().firstOrdinal(t);
      float[] values = Arrays.copyOfRange(delta.values(), first, first + delta.trained().count(t));
      if (delta.trained().isWhole(t)) {
        assertThat(file.floats(tensor.name())).isEqualTo(values);
      } else if (values.length > 0) {
        assertThat(file.ints(tensor.name() + ".positions")).isEqualTo(delta.trained().positions(t));
        assertThat(file.floats(tensor.name() + ".values")).isEqualTo(values);
      }
    }
    assertThat(file.metadata())
        .containsEntry("format_version", "1")
        .containsEntry("base_sha256", base.fingerprint())
        .containsEntry("sparsity", "0.1")
        .containsEntry("pooling", "pooler")
        .containsEntry("head", Integer.toString(delta.head()));
  }

  @Test
  void applyingChangesNothingElseAndUndoingRestoresEveryBit() {
    ParameterLayout layout = delta.layout();
    float[] original = base.load(Golden.spec(base), 1);
    float[] theta = original.clone();
    float[] before = delta.apply(theta);
    boolean[] trained = new boolean[theta.length];
    for (int t = 0; t < layout.tensorCount(); t++) {
      for (int i = 0; i < delta.trained().count(t); i++) {
        int position = delta.trained().isWhole(t) ? i : delta.trained().positions(t)[i];
        trained[layout.offset(t) + position] = true;
        assertThat(theta[layout.offset(t) + position])
            .isEqualTo(delta.values()[delta.trained().firstOrdinal(t) + i]);
      }
    }
    for (int i = 0; i < theta.length; i++) {
      if (!trained[i]) {
        assertThat(Float.floatToRawIntBits(theta[i]))
            .isEqualTo(Float.floatToRawIntBits(original[i]));
      }
    }
    delta.undo(theta, before);
    assertThat(theta).isEqualTo(original);
  }

  @Test
  void applyingPieceByPieceGivesTheSame() throws IOException {
    ParameterLayout layout = delta.layout();
    float[] original = base.load(Golden.spec(base), 1);
    float[] theta = original.clone();
    delta.apply(theta);
    for (int t = 0; t < layout.tensorCount(); t++) {
      float[] passed = new float[layout.tensor(t).size()];
      var sink = delta.applying(t, FloatSink.into(passed, 0));
      for (int from = 0; from < passed.length; from += 7) {
        int count = Math.min(7, passed.length - from);
        int at = layout.offset(t) + from;
        sink.accept(Arrays.copyOfRange(original, at, at + count), count);
      }
      assertThat(passed)
          .isEqualTo(Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + passed.length));
    }
  }

  @Test
  void anotherBaseIsRefusedNamingBothFingerprints() {
    BaseModel other = Golden.base("bert-regression");
    assertThatThrownBy(() -> delta.requireBase(other))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it was trained on the base model " + base.fingerprint())
        .hasMessageContaining("this one is " + other.fingerprint())
        .hasMessageContaining("--model");
  }

  private DeltaInfo ofHead(String headFingerprint) {
    DeltaInfo info = delta.info();
    return new DeltaInfo(
        info.spec(),
        info.baseFingerprint(),
        headFingerprint,
        info.method(),
        info.budget(),
        info.n(),
        1,
        info.taskType(),
        info.labels(),
        info.metric(),
        info.seed(),
        info.runId(),
        info.libraryVersion());
  }

  @Test
  void anotherHeadIsRefusedWhereTheDeltaHoldsAPartOfIt() {
    DeltaInfo info = delta.info();
    ParameterLayout layout = info.spec().layout();
    Mask.Builder part = new Mask.Builder(layout);
    part.positions(layout.tensorCount() - 1, new int[] {0});
    SparseDelta right = new SparseDelta(ofHead(info.headFingerprint()), part.build(), new float[1]);
    assertThatCode(() -> right.requireBase(base)).doesNotThrowAnyException();
    String other = "0123456789abcdef".repeat(4);
    SparseDelta wrong = new SparseDelta(ofHead(other), part.build(), new float[1]);
    assertThatThrownBy(() -> wrong.requireBase(base))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a part of the head alone, of the head " + other)
        .hasMessageContaining("this base's is " + info.headFingerprint());
    SparseDelta whole = new SparseDelta(ofHead(other), delta.trained(), delta.values());
    assertThatCode(() -> whole.requireBase(base)).doesNotThrowAnyException();
  }

  /** ' stands for the quotes of JSON. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "format|other|it is not a delta: its metadata has no format sparsetune-delta",
        "base_sha256|12|its metadata has the invalid base_sha256 12",
        "run_id|x|its metadata has the invalid run_id x",
        "scope|here|its metadata has the invalid scope here",
        "pooling|max|its metadata has the invalid pooling max",
        "k|-1|its metadata does not fit: Invalid delta: k = -1",
        "k|1.5|its metadata has the invalid k 1.5",
        "head|7|trained parameters, but its metadata says k",
        "task|{'type':'classification','metric':'accuracy','labels':['a','a','b']}|a label comes"
            + " twice in [a, a, b]",
        "task|{'type':'classification','metric':'pearson','labels':['a','b','c']}|the metric"
            + " pearson for a classification task with the labels [a, b, c]",
        "task|{'type':'classification','metric':'f1','labels':['a','b','c']}|the metric f1 for a"
            + " classification task with the labels [a, b, c]",
        "task|{'type':'regression','metric':'accuracy','labels':[]}|the metric accuracy for a"
            + " regression task with the labels []",
        "task|{|its metadata has the invalid task {: it is not a JSON object",
        "task|[]|its metadata has the invalid task []: it is not a JSON object",
        "encoder|{'model_type'|the invalid encoder {'model_type': it is not a JSON object",
        "encoder|{'model_type':'bert','hidden_size':0}|delta.safetensors, encoder in its metadata:"
            + " hidden_size is 0, but must be a positive whole number",
        "equivalent_model|lora|the invalid equivalent_model lora: it is not a JSON object",
        "encoder|{}|it has no model_type; known model types are bert and roberta",
      })
  void wrongMetadataIsNamed(String key, String value, String message) {
    String json = value.replace('\'', '"');
    assertThatThrownBy(() -> read(rewritten(metadata -> metadata.put(key, json), writer -> {})))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read delta.safetensors")
        .hasMessageContaining(message.replace('\'', '"'));
  }

  @Test
  void aHeadBelowZeroIsRefusedWhereTheSumIsRight() {
    Consumer<Map<String, String>> moreThanThereIs =
        metadata -> {
          metadata.put("k", Integer.toString(delta.trained().size() + 2));
          metadata.put("head", "-2");
        };
    assertThatThrownBy(() -> read(rewritten(moreThanThereIs, writer -> {})))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("its metadata does not fit: Invalid delta: head = -2");
  }

  @Test
  void valuesOfAnotherTypeAreRefusedEvenWhereTheyWouldWiden() {
    for (Dtype type : List.of(Dtype.BF16, Dtype.F16, Dtype.F64)) {
      for (String name : List.of("classifier.bias", "pooler.dense.weight")) {
        assertThatThrownBy(() -> read(retyped(name, type)))
            .isInstanceOf(CorruptFileException.class)
            .hasMessageContaining("tensor %s has dtype %s, F32 is needed", name, type);
      }
      String part = someValues();
      assertThatThrownBy(() -> read(retyped(part, type)))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("tensor %s has dtype %s, F32 is needed", part, type);
    }
  }

  @Test
  void valuesThatAreNotFiniteAreRefused() {
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] values = delta.values().clone();
      int bias = delta.layout().indexOf("classifier.bias");
      values[delta.trained().firstOrdinal(bias) + 1] = value;
      byte[] file = bytes(new SparseDelta(delta.info(), delta.trained(), values));
      assertThatThrownBy(() -> read(file))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("tensor classifier.bias has the value " + value + " at element 1");
    }
    float[] values = delta.values().clone();
    values[0] = Float.NaN;
    byte[] file = bytes(new SparseDelta(delta.info(), delta.trained(), values));
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(".values has the value NaN at element 0");
  }

  /** A tensor that holds values of a part. */
  private String someValues() {
    return SafetensorsReader.open(ByteSource.of("delta", bytes(delta))).tensors().keySet().stream()
        .filter(name -> name.endsWith(".values"))
        .findFirst()
        .orElseThrow();
  }

  /** The delta's file with zeros of another type in place of a tensor. */
  private byte[] retyped(String name, Dtype dtype) {
    byte[] file = bytes(delta);
    SafetensorsReader reader = SafetensorsReader.open(ByteSource.of("delta", file));
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    reader.metadata().forEach(header.putObject("__metadata__")::put);
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (TensorInfo tensor : reader.tensors().values()) {
      boolean changed = tensor.name().equals(name);
      ObjectNode entry = header.putObject(tensor.name());
      entry.put("dtype", (changed ? dtype : tensor.dtype()).name());
      tensor.shape().forEach(entry.withArray("shape")::add);
      entry.withArray("data_offsets").add(data.size());
      if (changed) {
        data.writeBytes(new byte[(int) tensor.elements() * dtype.bytes()]);
      } else {
        data.write(file, (int) tensor.offset(), (int) tensor.bytes());
      }
      entry.withArray("data_offsets").add(data.size());
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + json.length + data.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data.toByteArray())
        .array();
  }

  @Test
  void everyEntryOfTheMetadataIsNeeded() {
    SafetensorsReader file = SafetensorsReader.open(ByteSource.of("delta", bytes(delta)));
    for (String key : file.metadata().keySet()) {
      if (!key.equals("sparsity")) {
        assertThatThrownBy(() -> read(rewritten(metadata -> metadata.remove(key), writer -> {})))
            .isInstanceOf(CorruptFileException.class)
            .hasMessageContaining("its metadata has no " + key);
      }
    }
  }

  @Test
  void aLaterVersionIsRefusedAsSuch() {
    assertThatThrownBy(
            () -> read(rewritten(metadata -> metadata.put("format_version", "2"), writer -> {})))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "Cannot read delta.safetensors: its format version is 2, this version of SparseTune"
                + " reads 1: use a newer one");
  }

  @Test
  void tensorsThatDoNotFitAreRefused() {
    String name = "embeddings.word_embeddings.weight";
    assertRefused(w -> w.floats("x", List.of(1), new float[1]), "its model has no tensor for x");
    assertRefused(
        w -> w.floats(name + ".values", List.of(1), new float[1]),
        "tensor " + name + ".values is there without its counterpart");
    assertRefused(
        w -> w.ints(name + ".positions", List.of(1), new int[1]),
        "tensor " + name + ".positions is there without its counterpart");
    assertRefused(w -> pair(w, name, new int[] {3, 3}), "has an Invalid position: 3 in " + name);
    assertRefused(w -> pair(w, name, new int[] {-1}), "has an Invalid position: -1 in " + name);
    assertRefused(
        w -> pair(w, name, new int[] {base.encoder().vocabularySize() * 4096}),
        "has an Invalid position");
    assertRefused(w -> pair(w, name, new int[0]), "has the shape [0] beside values of shape [0]");
    assertRefused(
        w -> w.floats(name, List.of(2), new float[2]), "tensor " + name + " has the shape [2]");
    assertRefused(
        w -> pair(w, "classifier.bias", new int[] {0}),
        "tensor classifier.bias is there both whole and in part");
    assertRefused(
        w ->
            w.floats(name + ".positions", List.of(1), new float[1])
                .floats(name + ".values", List.of(1), new float[1]),
        "has dtype F32, I32 is needed");
  }

  private static void pair(SafetensorsWriter writer, String name, int[] positions) {
    writer.ints(name + ".positions", List.of(positions.length), positions);
    writer.floats(name + ".values", List.of(positions.length), new float[positions.length]);
  }

  private void assertRefused(Consumer<SafetensorsWriter> addition, String message) {
    assertThatThrownBy(() -> read(rewritten(metadata -> {}, addition)))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining(message);
  }

  /** The delta's file with other metadata and more tensors. */
  private byte[] rewritten(
      Consumer<Map<String, String>> change, Consumer<SafetensorsWriter> addition) {
    SafetensorsReader file = SafetensorsReader.open(ByteSource.of("delta", bytes(delta)));
    Map<String, String> metadata = new TreeMap<>(file.metadata());
    change.accept(metadata);
    SafetensorsWriter writer = new SafetensorsWriter().metadata(metadata);
    file.tensors()
        .forEach(
            (name, tensor) -> {
              List<Integer> shape = tensor.shape().stream().map(Long::intValue).toList();
              if (name.endsWith(".positions")) {
                writer.ints(name, shape, file.ints(name));
              } else {
                writer.floats(name, shape, file.floats(name));
              }
            });
    addition.accept(writer);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writer.writeTo(out);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }
}
