package io.sparsetune.fuzz;

import static io.sparsetune.fuzz.FuzzTarget.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.files.ByteSource;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.interop.PeftLoraImport;
import io.sparsetune.interop.UndoFile;
import io.sparsetune.mask.MaskTable;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.pretrained.ModelConfigFile;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.MemoryFolder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The formats of models, deltas and masks. */
class FormatsFuzzTest {
  private static final String SMALLEST = "model: {path: m}\ndata: {train: t}\noutput: o\n";

  private static final List<String> TENSORS =
      List.of(
          "classifier.weight",
          "classifier.bias",
          "pooler.dense.weight",
          "bert.pooler.dense.bias",
          "bert.embeddings.LayerNorm.gamma",
          "embeddings.LayerNorm.weight",
          "embeddings.position_ids",
          "encoder.layer.0.output.dense.weight.positions",
          "encoder.layer.0.output.dense.weight.values",
          "encoder.layer.2.x");
  private static final List<String> CONFIG_KEYS =
      List.of(
          "model_type",
          "vocab_size",
          "hidden_size",
          "num_hidden_layers",
          "num_attention_heads",
          "intermediate_size",
          "hidden_act",
          "max_position_embeddings",
          "type_vocab_size",
          "layer_norm_eps",
          "pad_token_id",
          "id2label",
          "label2id",
          "num_labels",
          "problem_type",
          "is_decoder",
          "position_embedding_type",
          "quantization_config",
          "classifier_dropout");
  private static final List<String> CONFIG_VALUES =
      List.of(
          "\"bert\"",
          "\"roberta\"",
          "\"relu\"",
          "\"gelu_new\"",
          "\"regression\"",
          "\"multi_label_classification\"",
          "4",
          "8",
          "2",
          "46341",
          "65536",
          "2147483647",
          "1e-46",
          "{\"0\":\"a\",\"1\":\"a\"}",
          "{\"1\":0,\"7\":1}",
          "[\"a\",\"b\"]");
  private static final List<String> DELTA_KEYS =
      List.of(
          "format",
          "format_version",
          "base_sha256",
          "head_sha256",
          "method",
          "sparsity",
          "budget",
          "scope",
          "n",
          "k",
          "head",
          "task",
          "pooling",
          "encoder",
          "equivalent_model",
          "seed",
          "run_id",
          "library_version",
          "type",
          "labels",
          "metric",
          "target_modules",
          "r");
  private static final List<String> DELTA_VALUES =
      List.of(
          "\"sparsetune-delta\"",
          "\"sparsetune-undo\"",
          "\"1\"",
          "\"2\"",
          "\"99\"",
          "\"lora\"",
          "\"regression\"",
          "\"spans\"",
          "\"accuracy\"",
          "\"mean\"",
          "\"[]\"",
          "\"{}\"",
          "\"NaN\"",
          "\"0x1p-3\"",
          "\"1e-400\"",
          "\"9223372036854775807\"",
          "\"tensor\"",
          "\"global\"");
  private static final List<String> PEFT_KEYS =
      List.of(
          "peft_type",
          "task_type",
          "r",
          "lora_alpha",
          "lora_dropout",
          "target_modules",
          "bias",
          "layers_to_transform",
          "exclude_modules",
          "use_dora",
          "use_rslora",
          "rank_pattern",
          "alpha_pattern",
          "init_lora_weights",
          "modules_to_save",
          "fan_in_fan_out");
  private static final List<String> PEFT_VALUES =
      List.of(
          "\"LORA\"",
          "\"SEQ_CLS\"",
          "\"none\"",
          "\"all\"",
          "[\"query\"]",
          "\"query|value\"",
          "\"(a+)+$\"",
          "[0]",
          "0",
          "1",
          "1e6",
          "true",
          "false",
          "{\"query\":4}");
  private static final List<String> FILES =
      List.of(
          "\"../x\"",
          "\"/etc/passwd\"",
          "\"..\"",
          "\"a/b\"",
          "\"a\\\\b\"",
          "\"con\\u0000\"",
          "\"model-00001-of-00001.safetensors\"",
          "\"config.json\"",
          "\".hidden\"",
          "\"a\\nb\"");

  private final BaseModel base = TinyFiles.base();
  private final ModelSpec spec = TinyFiles.spec(base.encoder());

  @TestFactory
  Stream<DynamicTest> anInputIsAcceptedOrRefusedByName() {
    return Fuzzer.tests(
        3,
        List.of(
            safetensors(),
            onnx(),
            config(),
            weights(),
            index(),
            delta(),
            adapter("adapter_config.json", new JsonMutation(PEFT_KEYS, PEFT_VALUES)),
            adapter("adapter_model.safetensors", new SafetensorsMutation(TENSORS, List.of())),
            mask(),
            undo()));
  }

  private FuzzTarget safetensors() {
    String header =
        """
        {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
        "b":{"dtype":"F16","shape":[4],"data_offsets":[8,16]},\
        "c":{"dtype":"BF16","shape":[1,4],"data_offsets":[16,24]},\
        "d":{"dtype":"I64","shape":[1],"data_offsets":[24,32]},\
        "e":{"dtype":"I32","shape":[2],"data_offsets":[32,40]},\
        "s":{"dtype":"F32","shape":[],"data_offsets":[40,44]}}\
        """;
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    byte[] file =
        java.nio.ByteBuffer.allocate(8 + text.length + 44)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .putLong(text.length)
            .put(text)
            .array();
    return new FuzzTarget(
        "safetensors",
        "f.safetensors",
        List.of(file),
        new SafetensorsMutation(List.of(), List.of()),
        input -> {
          SafetensorsReader reader = SafetensorsReader.open(ByteSource.of("f.safetensors", input));
          for (String name : List.of("a", "b", "c", "s")) {
            if (reader.tensors().containsKey(name)) {
              reader.floats(name);
            }
          }
          for (String name : List.of("d", "e")) {
            if (reader.tensors().containsKey(name)) {
              reader.positions(name);
            }
          }
        });
  }

  private FuzzTarget onnx() {
    return new FuzzTarget(
        "onnx",
        "model.onnx",
        List.of(TinyFiles.onnx()),
        new OnnxMutation(),
        input ->
            load(
                BaseModel.openOnnx(
                    new MemoryFolder("mem/model").put("model.onnx", input), "model.onnx")));
  }

  private FuzzTarget config() {
    MemoryFolder folder = TinyFiles.model(TinyFiles.BERT);
    return new FuzzTarget(
        "config.json",
        "mem/model",
        texts(TinyFiles.BERT),
        new JsonMutation(CONFIG_KEYS, CONFIG_VALUES),
        input -> {
          BaseModel model = BaseModel.open(folder.put("config.json", input));
          ModelConfigFile.json(model.encoder());
          load(model);
          HuggingFaceFolder.write(model, new MemoryFolder("out"));
        });
  }

  private FuzzTarget weights() {
    MemoryFolder folder = TinyFiles.model(TinyFiles.BERT);
    return new FuzzTarget(
        "model.safetensors",
        "mem/model",
        List.of(folder.bytes("model.safetensors")),
        new SafetensorsMutation(TENSORS, List.of()),
        input -> load(BaseModel.open(folder.put("model.safetensors", input))));
  }

  private FuzzTarget index() {
    MemoryFolder folder = TinyFiles.model(TinyFiles.BERT);
    byte[] weights = folder.bytes("model.safetensors");
    String shard = "model-00001-of-00001.safetensors";
    StringBuilder map = new StringBuilder();
    SafetensorsReader.open(ByteSource.of("w", weights))
        .tensors()
        .keySet()
        .forEach(
            name ->
                map.append(map.isEmpty() ? "" : ",")
                    .append("\"%s\":\"%s\"".formatted(name, shard)));
    folder.remove("model.safetensors").put(shard, weights);
    String index = "{\"metadata\":{\"total_size\":1},\"weight_map\":{" + map + "}}";
    return new FuzzTarget(
        "index.json",
        "mem/model",
        texts(index),
        new JsonMutation(List.of("weight_map", "metadata", TENSORS.get(5)), FILES),
        input -> load(BaseModel.open(folder.put("model.safetensors.index.json", input))));
  }

  private FuzzTarget delta() {
    ModelSpec lora = spec.with(new EquivalentModel.Lora(List.of("query", "value"), 2, 4, 0));
    return new FuzzTarget(
        "delta",
        "delta.safetensors",
        List.of(bytes(Deltas.random(base, spec, 3)), bytes(Deltas.added(base, lora, 3))),
        new SafetensorsMutation(
            Stream.of(DELTA_KEYS, CONFIG_KEYS, TENSORS).flatMap(List::stream).toList(),
            Stream.of(DELTA_VALUES, CONFIG_VALUES).flatMap(List::stream).toList()),
        input -> {
          SparseDelta delta = DeltaFile.read(ByteSource.of("delta.safetensors", input));
          SparseDelta again = DeltaFile.read(ByteSource.of("again", bytes(delta)));
          assertThat(again.info()).isEqualTo(delta.info());
          assertThat(again.trained()).isEqualTo(delta.trained());
          MaskTable.of(delta.layout(), delta.trained(), delta.maskTensors()).all();
        });
  }

  private FuzzTarget adapter(String file, Mutation mutation) {
    MemoryFolder folder = TinyFiles.adapter(base);
    return new FuzzTarget(
        file,
        "mem/adapter",
        List.of(folder.bytes(file)),
        mutation,
        input -> {
          PeftLoraImport adapter = PeftLoraImport.read(folder.put(file, input), base);
          adapter.factors();
          base.headFingerprint(adapter.spec(), 1);
        });
  }

  private FuzzTarget mask() {
    SafetensorsWriter plain = new SafetensorsWriter();
    plain.ints("encoder.layer.0.attention.self.query.weight", List.of(3), new int[] {0, 5, 9});
    plain.ints("encoder.layer.0.output.dense.bias", List.of(2), new int[] {1, 2});
    return new FuzzTarget(
        "mask",
        "mask.safetensors",
        List.of(TinyFiles.bytes(plain::writeTo), bytes(Deltas.linear(base, spec, 0.2, 3))),
        new SafetensorsMutation(
            Stream.of(DELTA_KEYS, TENSORS).flatMap(List::stream).toList(), DELTA_VALUES),
        input -> {
          RunConfig run =
              RunConfigParser.parse(
                      SMALLEST + "method: {name: file, path: mask.safetensors}",
                      "run.yaml",
                      List.of())
                  .opened(path -> ByteSource.of(path, input));
          run.method().method().contents(run.method().options());
          run.method().method().mask(new MaskProblem(spec.layout(), run.method(), 1), null);
        });
  }

  private FuzzTarget undo() {
    MemoryFolder merged = TinyFiles.merged(base);
    return new FuzzTarget(
        "undo",
        "mem/merged",
        List.of(merged.bytes(UndoFile.FILE)),
        new SafetensorsMutation(
            Stream.of(DELTA_KEYS, TENSORS).flatMap(List::stream).toList(), DELTA_VALUES),
        input -> {
          BaseModel model = BaseModel.open(merged.put(UndoFile.FILE, input));
          UndoFile undo = UndoFile.open(model);
          undo.requireBase(model);
          HuggingFaceFolder.writeBase(model, undo, new MemoryFolder("out"));
        });
  }

  /** Reads everything of a model that training reads. */
  private static void load(BaseModel model) {
    model.fingerprint();
    ModelSpec spec = TinyFiles.spec(model.encoder());
    model.headFingerprint(spec, 1);
    model.load(spec, 1);
  }

  private static byte[] bytes(SparseDelta delta) {
    return TinyFiles.bytes(out -> DeltaFile.write(delta, out));
  }
}
