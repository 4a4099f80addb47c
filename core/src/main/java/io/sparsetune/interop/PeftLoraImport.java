package io.sparsetune.interop;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.InputFolder;
import io.sparsetune.files.Unreadable;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.model.LinearModule;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A LoRA adapter that PEFT saved, for a base: what a run of the method {@code lora} would have
 * trained. What the adapter does not hold of the head is the base's.
 *
 * @param trained factors and what the adapter holds of the head
 * @param values [trained.size()], by ordinal
 */
public record PeftLoraImport(ModelSpec spec, Mask trained, float[] values) {

  /**
   * Reads {@code adapter_config.json} and {@code adapter_model.safetensors}.
   *
   * @throws CorruptFileException where a file breaks its format, or a tensor does not fit the base
   * @throws UnsupportedVersionException for an adapter that is not plain LoRA
   * @throws DataException where a file or a part of the head is missing
   */
  public static PeftLoraImport read(InputFolder adapter, BaseModel base) {
    try {
      require(adapter, PeftLoraConfig.FILE, "");
      require(
          adapter,
          PeftLora.WEIGHTS,
          adapter.contains("adapter_model.bin")
              ? "; its adapter_model.bin is not read: save the adapter anew with safe_serialization"
              : "");
    } catch (IOException e) {
      throw Unreadable.because(adapter.location(), e);
    }
    PeftLoraConfig config = PeftLoraConfig.read(adapter.file(PeftLoraConfig.FILE));
    SafetensorsReader weights = SafetensorsReader.open(adapter.file(PeftLora.WEIGHTS));
    return new Reading(base, config, weights).read();
  }

  private static void require(InputFolder folder, String name, String remedy) throws IOException {
    if (!folder.contains(name)) {
      throw new DataException(
          "Cannot read an adapter from %s: it has no %s%s"
              .formatted(folder.location(), name, remedy));
    }
  }

  /** Parameters of the mask: LoRA's factors. */
  public int factors() {
    ParameterLayout layout = spec.layout();
    int size = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      size += layout.tensor(t).part() == Part.ADDED ? trained.count(t) : 0;
    }
    return size;
  }

  /** One reading of one adapter. */
  private static final class Reading {
    private final BaseModel base;
    private final PeftLoraConfig config;
    private final SafetensorsReader weights;
    private final boolean roberta;

    /** From the names of the layout to those of the file. */
    private final Map<String, String> stored = new TreeMap<>();

    Reading(BaseModel base, PeftLoraConfig config, SafetensorsReader weights) {
      this.base = base;
      this.config = config;
      this.weights = weights;
      this.roberta = base.encoder().architecture() == Architecture.ROBERTA;
    }

    PeftLoraImport read() {
      for (String name : weights.tensors().keySet()) {
        String before = stored.put(plain(name), name);
        if (before != null) {
          throw corrupt("tensors %s and %s are the same one", before, name);
        }
      }
      ModelSpec spec = spec(modules());
      ParameterLayout layout = spec.layout();
      List<Integer> trained = new ArrayList<>();
      Map<String, String> left = new LinkedHashMap<>(stored);
      for (int t = 0; t < layout.tensorCount(); t++) {
        TensorSpec tensor = layout.tensor(t);
        boolean own = tensor.part() == Part.ADDED || tensor.part() == Part.HEAD;
        if (own && left.remove(tensor.name()) != null) {
          requireShape(tensor);
          trained.add(t);
        } else if (tensor.part() == Part.ADDED) {
          throw corrupt("it has one of the two factors alone: %s is missing", tensor.name());
        }
      }
      if (!left.isEmpty()) {
        throw corrupt(
            "tensor %s is neither a factor of a linear layer of the encoder (%s) nor a part of the"
                + " head",
            left.values().iterator().next(), String.join(", ", LinearModule.KINDS));
      }
      requireHead(spec, layout, trained);
      Mask mask = Mask.none(layout).withWhole(layout, trained);
      return new PeftLoraImport(spec, mask, values(layout, mask));
    }

    /** The layers that have factors, in layout order. */
    private List<String> modules() {
      List<String> modules =
          LinearModule.of(base.encoder()).stream()
              .map(LinearModule::name)
              .filter(
                  name -> stored.containsKey(name + Lora.A) || stored.containsKey(name + Lora.B))
              .toList();
      if (modules.isEmpty()) {
        throw corrupt("it has no factor of a linear layer of the encoder; is it for this base?");
      }
      for (String name :
          LinearModule.of(base.encoder()).stream().map(LinearModule::name).toList()) {
        boolean named = config.names(TrainedModel.modelType(base) + "." + name);
        if (modules.contains(name) && !named) {
          throw corrupt(
              "it has factors of %s, which target_modules and layers_to_transform in %s leave out",
              name, PeftLoraConfig.FILE);
        }
        if (!modules.contains(name) && named && config.targets().isPresent()) {
          throw corrupt(
              "it has no factors of %s, which target_modules in %s names",
              name, PeftLoraConfig.FILE);
        }
      }
      return modules;
    }

    private ModelSpec spec(List<String> modules) {
      String classifier = roberta ? "classifier.out_proj.weight" : "classifier.weight";
      TensorInfo head = weights.tensors().get(stored.getOrDefault(classifier, ""));
      if (head == null) {
        throw new DataException(
            "Cannot import %s: it has no %s; without a task's head nothing can be predicted: save the adapter with task_type SEQ_CLS, or with modules_to_save: [classifier]"
                .formatted(weights.path(), classifier));
      }
      if (head.shape().size() != 2 || head.shape().get(0) > Integer.MAX_VALUE) {
        throw corrupt(
            "tensor %s has the shape %s, which is no classifier's", head.name(), head.shape());
      }
      int outputs = head.shape().get(0).intValue();
      Lora lora =
          new Lora(
              EquivalentModel.targets(base.encoder(), modules),
              config.rank(),
              config.alpha(),
              config.dropout());
      try {
        return new ModelSpec(
                base.encoder(),
                roberta ? Pooling.CLS : Pooling.POOLER,
                outputs,
                outputs == 1 ? Loss.MEAN_SQUARED_ERROR : Loss.CROSS_ENTROPY,
                Dropout.NONE)
            .with(lora);
      } catch (IllegalArgumentException e) {
        throw corrupt("it does not fit the base: %s", e.getMessage());
      }
    }

    private String plain(String name) {
      if (!name.startsWith(PeftLora.PREFIX)) {
        throw corrupt("tensor %s has a name that PEFT does not give: no %s", name, PeftLora.PREFIX);
      }
      String bare = name.substring(PeftLora.PREFIX.length());
      String type = TrainedModel.modelType(base) + ".";
      return bare.startsWith(type) ? bare.substring(type.length()) : bare;
    }

    private void requireShape(TensorSpec tensor) {
      TensorInfo info = weights.tensors().get(stored.get(tensor.name()));
      if (!info.shape().equals(tensor.shape().stream().map(Integer::longValue).toList())) {
        throw corrupt(
            "tensor %s has the shape %s, but r %d and the base ask for %s",
            info.name(), info.shape(), config.rank(), tensor.shape());
      }
    }

    /** What of the head the adapter has not, the base must have. */
    private void requireHead(ModelSpec spec, ParameterLayout layout, List<Integer> trained) {
      List<String> loaded = base.headOrigin(spec).loaded();
      for (int t = 0; t < layout.tensorCount(); t++) {
        String name = layout.tensor(t).name();
        if (layout.tensor(t).part() == Part.HEAD
            && !trained.contains(t)
            && !loaded.contains(name.substring(0, name.lastIndexOf('.')))) {
          throw new DataException(
              "Cannot import %s: neither it nor the base in %s has %s; where it was trained, that was drawn at random and is lost; train it again with it among modules_to_save"
                  .formatted(weights.path(), base.location(), name));
        }
      }
    }

    private float[] values(ParameterLayout layout, Mask mask) {
      float[] values = new float[mask.size()];
      for (int t = 0; t < layout.tensorCount(); t++) {
        if (mask.count(t) > 0) {
          String name = stored.get(layout.tensor(t).name());
          int first = mask.firstOrdinal(t);
          weights.floats(name, values, first);
          for (int i = first; i < first + mask.count(t); i++) {
            if (!Float.isFinite(values[i])) {
              throw corrupt("tensor %s has the value %s at element %d", name, values[i], i - first);
            }
          }
        }
      }
      return values;
    }

    private CorruptFileException corrupt(String problem, Object... values) {
      return new CorruptFileException(weights.path(), problem.formatted(values));
    }
  }
}
