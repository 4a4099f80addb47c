package io.sparsetune.interop;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.model.Loss;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Writes a mask over weights of Linear layers as PEFT's adapter of type {@code SUPERTUNING}, which
 * PEFT 0.21 reads: for each weight the flat row-major positions and what is added there; the head
 * whole, as modules to save. PEFT knows one sparsity for all weights, from which it computes how
 * many positions each has.
 */
public final class PeftSuperTuning {
  /** Written last: a folder that has it is complete. */
  public static final String CONFIG = "adapter_config.json";

  public static final String WEIGHTS = "adapter_model.safetensors";
  private static final String PREFIX = "base_model.model.";
  private static final String PEFT_VERSION = "0.21.2";
  private static final String WEIGHT = ".weight";

  private PeftSuperTuning() {}

  /**
   * Writes the adapter's two files.
   *
   * @param basePath for {@code base_model_name_or_path}
   * @throws ConfigException where PEFT cannot hold the delta
   * @throws io.sparsetune.error.DataException where the delta belongs to another base
   * @throws IOException where the folder cannot be written
   */
  public static void write(BaseModel base, SparseDelta delta, String basePath, OutputFolder out)
      throws IOException {
    double sparsity = requireFits(delta);
    delta.requireBase(base);
    TrainedModel model = new TrainedModel(base, delta);
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    List<String> targets = new ArrayList<>();
    for (int t : model.trainedBody()) {
      String module = withoutWeight(model.layout().tensor(t).name());
      String prefix = PREFIX + withoutWeight(model.name(t)) + ".supertuning_";
      float[] added = model.increments(t);
      weights.ints(prefix + "indices", List.of(added.length), model.positions(t));
      weights.floats(prefix + "values", List.of(added.length), added);
      targets.add(module);
    }
    TreeSet<String> modules = new TreeSet<>();
    for (int t : model.head()) {
      TensorSpec tensor = model.layout().tensor(t);
      weights.floats(PREFIX + model.name(t), tensor.shape(), sink -> model.read(t, sink));
      modules.add(tensor.name().substring(0, tensor.name().indexOf('.')));
    }
    out.write(WEIGHTS, weights::writeTo);
    boolean choices = delta.info().spec().loss() == Loss.CHOICE_CROSS_ENTROPY;
    ObjectNode config = config(sparsity, targets, modules, choices, basePath);
    out.write(CONFIG, stream -> stream.write(PrettyJson.bytes(config)));
  }

  private static ObjectNode config(
      double sparsity,
      List<String> targets,
      TreeSet<String> modules,
      boolean choices,
      String basePath) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("peft_type", "SUPERTUNING");
    config.put("peft_version", PEFT_VERSION);
    if (choices) {
      // PEFT has no type for them, and takes the model as it is.
      config.putNull("task_type");
    } else {
      config.put("task_type", "SEQ_CLS");
    }
    config.put("base_model_name_or_path", basePath);
    config.putNull("revision");
    config.put("inference_mode", true);
    config.put("sparsity", sparsity);
    config.put("select_top", true);
    config.putNull("r");
    config.put("init_weights", true);
    config.put("save_precomputed_indices", true);
    targets.forEach(config.putArray("target_modules")::add);
    modules.forEach(config.putArray("modules_to_save")::add);
    return config;
  }

  private static String withoutWeight(String name) {
    return name.substring(0, name.length() - WEIGHT.length());
  }

  /**
   * Refuses what {@link #write} cannot hold, before anything is read.
   *
   * @return the sparsity from which PEFT computes the numbers of positions that the delta has
   * @throws ConfigException that says what does not fit, and what to do
   */
  public static double requireFits(SparseDelta delta) {
    HuggingFaceFolder.requireKnownHead(delta.info().spec());
    ParameterLayout layout = delta.layout();
    Mask trained = delta.trained();
    List<TensorSpec> chosen = new ArrayList<>();
    List<Integer> counts = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      if (tensor.part() == Part.HEAD || trained.count(t) == 0) {
        continue;
      }
      if (tensor.isLinearWeight()) {
        chosen.add(tensor);
        counts.add(trained.count(t));
      } else {
        others.add(tensor.name());
      }
    }
    if (!others.isEmpty()) {
      throw new ConfigException(
          ("Cannot export to PEFT: the mask holds %s%s, and PEFT's Super-Tuning has room for"
                  + " weights of Linear layers alone; train with method.tensors: linear, or export"
                  + " with --format huggingface or lt-sft")
              .formatted(
                  others.get(0),
                  others.size() == 1
                      ? ""
                      : " and %,d more such tensors".formatted(others.size() - 1)));
    }
    return sparsity(delta.info().budget(), chosen, counts);
  }

  private static double sparsity(
      Optional<MaskBudget> budget, List<TensorSpec> tensors, List<Integer> counts) {
    double share = budget.map(p -> p.sparsity().orElse(0)).orElse(0.0);
    double least = 0;
    double most = 1;
    int tightest = 0;
    int loosest = 0;
    for (int i = 0; i < counts.size(); i++) {
      double size = tensors.get(i).size();
      if (counts.get(i) / size > least) {
        least = counts.get(i) / size;
        tightest = i;
      }
      if ((counts.get(i) + 1) / size < most) {
        most = (counts.get(i) + 1) / size;
        loosest = i;
      }
    }
    for (double sparsity : new double[] {1 - share, 1 - (least + most) / 2, 1 - least}) {
      if (IntStream.range(0, counts.size())
          .allMatch(i -> peftCount(tensors.get(i).size(), sparsity) == counts.get(i))) {
        return sparsity;
      }
    }
    throw new ConfigException(
        ("Cannot export to PEFT: its Super-Tuning has one share for all tensors, but the mask holds"
                + " %,d of %,d in %s and %,d of %,d in %s; train with method.scope: tensor and a"
                + " larger method.sparsity, or export with --format huggingface or lt-sft")
            .formatted(
                counts.get(tightest),
                tensors.get(tightest).size(),
                tensors.get(tightest).name(),
                counts.get(loosest),
                tensors.get(loosest).size(),
                tensors.get(loosest).name()));
  }

  /** What PEFT computes, in Python's doubles: {@code int(size * (1 - sparsity))}. */
  private static long peftCount(int size, double sparsity) {
    return (long) (size * (1 - sparsity));
  }
}
