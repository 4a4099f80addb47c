package io.sparsetune.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.text.MicroBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** A golden case: model, parameters and batches. */
public record GoldenModel(String name, ModelSpec spec, float[] theta) {

  public static GoldenModel read(String name) {
    JsonNode json;
    try {
      json =
          new ObjectMapper()
              .readTree(
                  Files.readString(GoldenTensors.folder().resolve(name).resolve("config.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean roberta = json.required("model_type").asText().equals("roberta");
    EncoderConfig encoder =
        new EncoderConfig(
            roberta ? Architecture.ROBERTA : Architecture.BERT,
            json.required("vocab_size").asInt(),
            json.required("hidden_size").asInt(),
            json.required("num_hidden_layers").asInt(),
            json.required("num_attention_heads").asInt(),
            json.required("intermediate_size").asInt(),
            Activation.GELU,
            json.required("max_position_embeddings").asInt(),
            json.required("type_vocab_size").asInt(),
            json.required("pad_token_id").asInt(),
            json.required("layer_norm_eps").asDouble());
    int outputs = json.required("id2label").size();
    ModelSpec spec =
        new ModelSpec(
            encoder,
            roberta ? Pooling.CLS : Pooling.POOLER,
            outputs,
            outputs == 1 ? Loss.MEAN_SQUARED_ERROR : Loss.CROSS_ENTROPY,
            Dropout.NONE);
    return new GoldenModel(name, spec, values(name + "/model.safetensors", spec.layout()));
  }

  /** A file's tensors in the order of the layout; those that are missing are zero. */
  public static float[] values(String file, ParameterLayout layout) {
    GoldenTensors tensors = GoldenTensors.read(file);
    float[] theta = new float[layout.size()];
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      for (String prefix : List.of("", "bert.", "roberta.")) {
        if (tensors.has(prefix + tensor.name())) {
          float[] values = tensors.floats(prefix + tensor.name());
          System.arraycopy(values, 0, theta, layout.offset(t), values.length);
        }
      }
    }
    return theta;
  }

  public ModelSpec withDropout(double p) {
    return new ModelSpec(
        spec.encoder(), spec.pooling(), spec.outputs(), spec.loss(), new Dropout(p, p, p));
  }

  public GoldenTensors expected(String file) {
    return GoldenTensors.read(name + "/" + file + ".safetensors");
  }

  /** A step's examples without their padding. */
  public List<MicroBatch> examples(int step) {
    GoldenTensors batches = expected("batches");
    int[] shape = batches.shape("input_ids");
    float[] ids = batches.floats("input_ids");
    float[] types = batches.floats("token_type_ids");
    float[] attended = batches.floats("attention_mask");
    float[] labels = batches.floats("labels");
    List<MicroBatch> examples = new ArrayList<>();
    for (int e = 0; e < shape[1]; e++) {
      int row = step * shape[1] + e;
      List<Integer> kept = new ArrayList<>();
      for (int i = row * shape[2]; i < (row + 1) * shape[2]; i++) {
        if (attended[i] == 1) {
          kept.add(i);
        }
      }
      examples.add(
          new MicroBatch(
              kept.stream().mapToInt(i -> (int) ids[i]).toArray(),
              kept.stream().mapToInt(i -> (int) types[i]).toArray(),
              new int[] {0, kept.size()},
              new float[] {labels[row]}));
    }
    return examples;
  }

  /** The examples as one micro-batch. */
  public static MicroBatch pack(List<MicroBatch> examples) {
    int tokens = examples.stream().mapToInt(MicroBatch::tokens).sum();
    int[] ids = new int[tokens];
    int[] types = new int[tokens];
    int[] starts = new int[examples.size() + 1];
    float[] targets = new float[examples.size()];
    for (int e = 0; e < examples.size(); e++) {
      MicroBatch example = examples.get(e);
      System.arraycopy(example.tokenIds(), 0, ids, starts[e], example.tokens());
      System.arraycopy(example.typeIds(), 0, types, starts[e], example.tokens());
      starts[e + 1] = starts[e] + example.tokens();
      targets[e] = example.targets()[0];
    }
    return new MicroBatch(ids, types, starts, targets);
  }
}
