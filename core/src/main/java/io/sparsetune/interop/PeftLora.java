package io.sparsetune.interop;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.model.LinearModule;
import io.sparsetune.model.Loss;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;

/**
 * Writes what the method {@code lora} trained as PEFT's adapter of type {@code LORA}: the factors,
 * and whole, as modules to save, what is trained of the head.
 */
public final class PeftLora {
  public static final String WEIGHTS = "adapter_model.safetensors";
  static final String PREFIX = "base_model.model.";

  private PeftLora() {}

  /** Whether the delta is one of LoRA. */
  public static boolean isOne(SparseDelta delta) {
    return delta.info().spec().equivalent() instanceof Lora;
  }

  /**
   * Refuses what {@link #write} cannot hold, before anything is read.
   *
   * @throws ConfigException that says what does not fit, and what to do
   */
  public static void requireFits(SparseDelta delta) {
    HuggingFaceFolder.requireKnownHead(delta.info().spec());
    if (!isOne(delta)) {
      throw new ConfigException(
          "Cannot export to PEFT as LORA: the run was trained with method.name %s, not lora"
              .formatted(delta.info().method()));
    }
    ParameterLayout layout = delta.layout();
    for (int t = 0; t < layout.tensorCount(); t++) {
      Part part = layout.tensor(t).part();
      if (part != Part.ADDED && part != Part.HEAD && delta.trained().count(t) > 0) {
        throw new ConfigException(
            "Cannot export to PEFT as LORA: %s is trained beside LoRA's factors; export with --format huggingface"
                .formatted(layout.tensor(t).name()));
      }
    }
  }

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
    requireFits(delta);
    delta.requireBase(base);
    TrainedModel model = new TrainedModel(base, delta);
    Lora lora = (Lora) model.spec().equivalent();
    TreeSet<String> saved = new TreeSet<>();
    for (int t : model.head()) {
      if (delta.trained().count(t) > 0) {
        saved.add(module(model.layout().tensor(t)));
      }
    }
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    for (int t = 0; t < model.layout().tensorCount(); t++) {
      TensorSpec tensor = model.layout().tensor(t);
      int index = t;
      boolean head = tensor.part() == Part.HEAD && saved.contains(module(tensor));
      if (tensor.part() == Part.ADDED || head) {
        weights.floats(PREFIX + model.name(t), tensor.shape(), sink -> model.read(index, sink));
      }
    }
    out.write(WEIGHTS, weights::writeTo);
    List<String> targets =
        EquivalentModel.targets(
            base.encoder(), lora.modules(base.encoder()).stream().map(LinearModule::name).toList());
    ObjectNode config = PeftLoraConfig.json(lora, targets, saved, basePath);
    if (model.spec().loss() == Loss.CHOICE_CROSS_ENTROPY) {
      // PEFT has no type for them, and takes the model as it is.
      config.putNull("task_type");
    }
    out.write(PeftLoraConfig.FILE, stream -> stream.write(PrettyJson.bytes(config)));
  }

  /** The head's module that PEFT saves a tensor with: {@code pooler} or {@code classifier}. */
  private static String module(TensorSpec tensor) {
    return tensor.name().substring(0, tensor.name().indexOf('.'));
  }
}
