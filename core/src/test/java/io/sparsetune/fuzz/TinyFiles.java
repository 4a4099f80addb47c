package io.sparsetune.fuzz;

import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.interop.PeftLora;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.pretrained.ModelConfigFile;
import io.sparsetune.random.Randomness;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.testing.OnnxBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** The smallest files of each format that are accepted, all of one model of 12 words. */
public final class TinyFiles {
  public static final String BERT =
      """
      {"model_type":"bert","vocab_size":12,"hidden_size":4,"num_hidden_layers":1,\
      "num_attention_heads":2,"intermediate_size":8,"hidden_act":"gelu",\
      "max_position_embeddings":16,"type_vocab_size":2,"layer_norm_eps":1e-12,"pad_token_id":0,\
      "hidden_dropout_prob":0.1,"attention_probs_dropout_prob":0.1,\
      "id2label":{"0":"no","1":"yes"},"label2id":{"no":0,"yes":1}}\
      """;

  public static final String ROBERTA =
      BERT.replace("\"bert\"", "\"roberta\"")
          .replace("\"pad_token_id\":0", "\"pad_token_id\":1")
          .replace("\"type_vocab_size\":2", "\"type_vocab_size\":1");

  public static final String TOKENIZER =
      """
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[\
      {"id":2,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,\
      "normalized":false,"special":true},\
      {"id":3,"content":"[SEP]","single_word":false,"lstrip":false,"rstrip":false,\
      "normalized":false,"special":true}],\
      "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,\
      "strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},\
      "post_processor":{"type":"TemplateProcessing","single":[\
      {"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},\
      {"SpecialToken":{"id":"[SEP]","type_id":0}}],"pair":[\
      {"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},\
      {"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},\
      {"SpecialToken":{"id":"[SEP]","type_id":1}}],"special_tokens":{\
      "[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},\
      "[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},\
      "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},\
      "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",\
      "max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":4,\
      "b":5,"##a":6,"##b":7,"the":8,"cat":9,".":10,"##s":11}}}\
      """;

  private TinyFiles() {}

  /** A model's folder {@code mem/model} with this config.json. */
  public static MemoryFolder model(String config) {
    MemoryFolder folder = new MemoryFolder("mem/model");
    folder.put("config.json", config).put("tokenizer.json", TOKENIZER);
    ModelSpec spec = spec(ModelConfigFile.read(folder.file("config.json")).encoder());
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    ParameterLayout layout = spec.layout();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      weights.floats(tensor.name(), tensor.shape(), values(tensor.size(), t));
    }
    return folder.put("model.safetensors", bytes(weights::writeTo));
  }

  public static BaseModel base() {
    return BaseModel.open(model(BERT));
  }

  /** The encoder with two classes. */
  public static ModelSpec spec(EncoderConfig encoder) {
    return new ModelSpec(
        encoder,
        encoder.architecture() == Architecture.ROBERTA ? Pooling.CLS : Pooling.POOLER,
        2,
        Loss.CROSS_ENTROPY,
        Dropout.NONE);
  }

  /** The model as torch exports it, weights by name. */
  static byte[] onnx() {
    BaseModel base = base();
    EncoderConfig encoder = base.encoder();
    ParameterLayout layout = spec(encoder).layout();
    float[] theta = base.load(spec(encoder), 1);
    OnnxBuilder builder =
        new OnnxBuilder()
            .longs("split", 0, 0, encoder.heads(), encoder.headSize())
            .constant("eps", 1e-12f)
            .node("Add", "/embeddings/LayerNorm/Add", List.of("variance", "eps"))
            .node("Reshape", "/split", List.of("x", "split"))
            .node("Erf", "/gelu/Erf", List.of("x"));
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      int at = layout.offset(t);
      builder.floats(
          tensor.name(),
          tensor.shape(),
          java.util.Arrays.copyOfRange(theta, at, at + tensor.size()));
      if (tensor.isLinearWeight()) {
        String module = tensor.name().substring(0, tensor.name().length() - ".weight".length());
        builder.node(
            "Gemm", "Gemm_" + t, List.of("x", tensor.name(), module + ".bias"), "transB", 1);
      }
    }
    return builder.build();
  }

  /** A LoRA adapter of PEFT in {@code mem/adapter}. */
  static MemoryFolder adapter(BaseModel base) {
    ModelSpec spec =
        spec(base.encoder()).with(new EquivalentModel.Lora(List.of("query", "value"), 2, 4, 0));
    MemoryFolder folder = new MemoryFolder("mem/adapter");
    write(() -> PeftLora.write(base, Deltas.added(base, spec, 3), "base", folder));
    return folder;
  }

  /** A merged model in {@code mem/merged}, with what undoes the merge. */
  static MemoryFolder merged(BaseModel base) {
    MemoryFolder folder = new MemoryFolder("mem/merged");
    ModelSpec spec = spec(base.encoder());
    write(() -> HuggingFaceFolder.write(base, Deltas.random(base, spec, 3), folder));
    return folder;
  }

  static float[] values(int size, int stream) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 0.1f * (float) Randomness.normal(stream, i);
    }
    return values;
  }

  /** Something that writes a file's bytes. */
  interface Writing {
    void to(ByteArrayOutputStream out) throws IOException;
  }

  static byte[] bytes(Writing writing) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(() -> writing.to(out));
    return out.toByteArray();
  }

  private interface Action {
    void run() throws IOException;
  }

  private static void write(Action action) {
    try {
      action.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
