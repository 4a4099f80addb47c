package io.sparsetune.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.batch.MicroBatch;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.pretrained.BaseModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** A golden case: model, parameters and batches. */
public record GoldenModel(String name, ModelSpec spec, float[] theta) {

  public static GoldenModel read(String name) {
    BaseModel base = Golden.base(name);
    ModelSpec spec = Golden.spec(base);
    return new GoldenModel(name, spec, base.load(spec, 1));
  }

  /** The golden encoder under another head; what of it the model has not is drawn. */
  public static GoldenModel read(String name, Pooling pooling) {
    BaseModel base = Golden.base(name);
    ModelSpec own = Golden.spec(base);
    ModelSpec spec =
        new ModelSpec(own.encoder(), pooling, own.outputs(), own.loss(), own.dropout());
    return new GoldenModel(name, spec, base.load(spec, 1));
  }

  /** all-MiniLM-L6-v2 under the golden head, pooling by mean. */
  public static GoldenModel readMiniLm() {
    BaseModel base = BaseModel.open(MiniLm.folder());
    ModelSpec spec =
        new ModelSpec(base.encoder(), Pooling.MEAN, 2, Loss.CROSS_ENTROPY, Dropout.NONE);
    float[] theta = base.load(spec, 1);
    GoldenTensors given = GoldenTensors.read("minilm/given.safetensors");
    for (String part : List.of("weight", "bias")) {
      float[] values = given.floats("head." + part);
      int tensor = spec.layout().indexOf("classifier." + part);
      System.arraycopy(values, 0, theta, spec.layout().offset(tensor), values.length);
    }
    return new GoldenModel("minilm", spec, theta);
  }

  /** A file's tensors in the order of the layout; those that are missing are zero. */
  public static float[] values(String file, ParameterLayout layout) {
    GoldenTensors tensors = GoldenTensors.read(file);
    float[] theta = new float[layout.size()];
    for (int t = 0; t < layout.tensorCount(); t++) {
      int at = layout.offset(t);
      tensors
          .find("", layout.tensor(t).name())
          .ifPresent(values -> System.arraycopy(values, 0, theta, at, values.length));
    }
    return theta;
  }

  /** How its golden values were made. */
  public JsonNode recipe() {
    try {
      return new ObjectMapper()
          .readTree(Files.readString(Golden.folder(name).resolve("recipe.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    return examples(batches, step, shape[1], shape[2]);
  }

  /** The real model's sentences. */
  public List<MicroBatch> sentences() {
    GoldenTensors given = expected("given");
    int[] shape = given.shape("input_ids");
    return examples(given, 0, shape[0], shape[1]);
  }

  private static List<MicroBatch> examples(GoldenTensors batches, int step, int count, int length) {
    float[] ids = batches.floats("input_ids");
    float[] types = batches.floats("token_type_ids");
    float[] attended = batches.floats("attention_mask");
    float[] labels = batches.floats("labels");
    List<MicroBatch> examples = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      int row = step * count + e;
      List<Integer> kept = new ArrayList<>();
      for (int i = row * length; i < (row + 1) * length; i++) {
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
