package io.sparsetune.interop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.files.KeyName;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.pretrained.ModelConfigFile;
import io.sparsetune.safetensors.FloatSink;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.task.TaskType;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes a model as a folder that transformers' {@code from_pretrained} loads: {@code config.json},
 * {@code model.safetensors} (float32) and the tokenizer's files; for a merged model {@code
 * undo.safetensors} too, which transformers does not look at. Weights are streamed tensor by
 * tensor; those that a delta does not train are the base's, bit for bit.
 */
public final class HuggingFaceFolder {
  /** Written last: a folder that has it is complete. */
  public static final String CONFIG = "config.json";

  private static final String WEIGHTS = "model.safetensors";
  private static final List<String> LABELS = List.of("id2label", "label2id", "problem_type");

  /** Every file that may be written. */
  public static final List<String> NAMES =
      Stream.concat(Stream.of(CONFIG, WEIGHTS, UndoFile.FILE), BaseModel.TOKENIZER_FILES.stream())
          .toList();

  private HuggingFaceFolder() {}

  /**
   * A base without a task's head, as {@code BertModel} or {@code RobertaModel}; its pooler where it
   * has one.
   *
   * @throws IOException where the folder cannot be written
   */
  public static void write(BaseModel base, OutputFolder out) throws IOException {
    ModelSpec pooled = pooled(base);
    write(base, hasPooler(base), (tensor, sink) -> base.read(pooled, tensor, 0, sink), out);
  }

  /**
   * What {@link #write(BaseModel, OutputFolder)} writes of the base that a merged model came from.
   *
   * @throws io.sparsetune.error.DataException where the merged weights have changed since
   * @throws IOException where the folder cannot be written
   */
  public static void writeBase(BaseModel merged, UndoFile undo, OutputFolder out)
      throws IOException {
    ModelSpec pooled = pooled(merged);
    undo.requireBase(merged);
    write(merged, undo.hasPooler(), (tensor, sink) -> undo.read(merged, pooled, tensor, sink), out);
  }

  /** A base and a pooler, as the first tensors of a model's layout. */
  static ModelSpec pooled(BaseModel base) {
    return new ModelSpec(base.encoder(), Pooling.POOLER, 1, Loss.CROSS_ENTROPY, Dropout.NONE);
  }

  static boolean hasPooler(BaseModel base) {
    return base.headOrigin(pooled(base)).loaded().contains("pooler.dense");
  }

  private interface Tensors {
    void read(int tensor, FloatSink sink) throws IOException;
  }

  private static void write(BaseModel base, boolean pooler, Tensors tensors, OutputFolder out)
      throws IOException {
    ParameterLayout layout = pooled(base).layout();
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      int index = t;
      if (tensor.part() != Part.HEAD || (pooler && tensor.name().startsWith("pooler."))) {
        weights.floats(tensor.name(), tensor.shape(), sink -> tensors.read(index, sink));
      }
    }
    ObjectNode config = config(base, "Model");
    config.remove(LABELS);
    write(base, config, weights, out);
  }

  /**
   * A base with a delta put into it, LoRA's products added to their weights, as {@code
   * BertForSequenceClassification} or {@code RobertaForSequenceClassification}; for choices, as
   * {@code BertForMultipleChoice} or {@code RobertaForMultipleChoice}.
   *
   * @throws ConfigException where transformers has no such model for the delta's pooling, or no
   *     place for its adapters
   * @throws io.sparsetune.error.DataException where the delta belongs to another base
   * @throws IOException where the folder cannot be written
   */
  public static void write(BaseModel base, SparseDelta delta, OutputFolder out) throws IOException {
    ModelSpec spec = delta.info().spec();
    requireMergeable(spec);
    delta.requireBase(base);
    TrainedModel model = new TrainedModel(base, delta);
    ParameterLayout layout = spec.layout();
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    for (int t = 0; t < layout.tensorCount(); t++) {
      int index = t;
      if (layout.tensor(t).part() != Part.ADDED) {
        weights.floats(
            model.name(t), layout.tensor(t).shape(), sink -> model.readFolded(index, sink));
      }
    }
    ObjectNode config = config(base, kind(spec));
    if (spec.loss() == Loss.CHOICE_CROSS_ENTROPY) {
      config.remove(LABELS);
    } else {
      putLabels(config, delta);
    }
    out.write(UndoFile.FILE, UndoFile.of(model)::writeTo);
    write(base, config, weights, out);
  }

  /**
   * Refuses what {@link #write} has no class of transformers for, before anything is read.
   *
   * @throws ConfigException that says what to train instead
   */
  public static void requireKnownHead(ModelSpec spec) {
    boolean roberta = spec.encoder().architecture() == Architecture.ROBERTA;
    boolean choices = spec.loss() == Loss.CHOICE_CROSS_ENTROPY;
    Pooling needed = roberta && !choices ? Pooling.CLS : Pooling.POOLER;
    if (spec.pooling() != needed) {
      throw new ConfigException(
          "Cannot write a model with pooling %s for transformers: its %s%s has none; train with model.pooling: %s"
              .formatted(
                  KeyName.of(spec.pooling()),
                  roberta ? "Roberta" : "Bert",
                  kind(spec),
                  KeyName.of(needed)));
    }
  }

  private static String kind(ModelSpec spec) {
    return spec.loss() == Loss.CHOICE_CROSS_ENTROPY
        ? "ForMultipleChoice"
        : "ForSequenceClassification";
  }

  /**
   * Refuses what cannot be one model of the base's structure, before anything is read.
   *
   * @throws ConfigException that says what to train instead
   */
  public static void requireMergeable(ModelSpec spec) {
    if (spec.equivalent() instanceof EquivalentModel.Adapter) {
      throw new ConfigException(
          "Cannot merge a model with adapters: their activation lies between two products, so no"
              + " weight of the base can hold them; evaluate and predict use the run as it is, and"
              + " method.name: lora trains what can be merged");
    }
    requireKnownHead(spec);
  }

  /** Parameters of the merged model that training could change: a LoRA target's are all. */
  public static int changed(SparseDelta delta) {
    ParameterLayout layout = delta.layout();
    int changed = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.ADDED) {
        continue;
      }
      boolean folded = LoraFold.factor(layout, t, EquivalentModel.Lora.A) >= 0;
      changed += folded ? layout.tensor(t).size() : delta.trained().count(t);
    }
    return changed;
  }

  private static void write(
      BaseModel base, ObjectNode config, SafetensorsWriter weights, OutputFolder out)
      throws IOException {
    TokenizerFiles.write(base, out);
    out.write(WEIGHTS, weights::writeTo);
    out.write(CONFIG, stream -> stream.write(PrettyJson.bytes(config)));
  }

  /** The base's configuration with all sizes spelt out. */
  private static ObjectNode config(BaseModel base, String kind) {
    ObjectNode config = base.config().json();
    // Where the base once lay says nothing to whoever loads this, and num_labels follows from
    // id2label.
    config.remove(List.of("_name_or_path", "num_labels", "torch_dtype", "dtype"));
    config.setAll(ModelConfigFile.json(base.encoder()));
    String family = base.encoder().architecture() == Architecture.ROBERTA ? "Roberta" : "Bert";
    config.putArray("architectures").add(family + kind);
    config.put("torch_dtype", "float32");
    return config;
  }

  private static void putLabels(ObjectNode config, SparseDelta delta) {
    boolean regression = delta.info().taskType() == TaskType.REGRESSION;
    List<String> labels = regression ? List.of("LABEL_0") : delta.info().labels();
    ObjectNode toLabel = config.putObject("id2label");
    ObjectNode toId = config.putObject("label2id");
    for (int i = 0; i < labels.size(); i++) {
      toLabel.put(Integer.toString(i), labels.get(i));
      toId.put(labels.get(i), i);
    }
    config.put("problem_type", regression ? "regression" : "single_label_classification");
  }
}
