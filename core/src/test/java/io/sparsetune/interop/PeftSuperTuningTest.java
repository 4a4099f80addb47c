package io.sparsetune.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Masks as PEFT's Super-Tuning, by its own rules of names and counts. */
class PeftSuperTuningTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The delta's files; the base is called {@code the/base}. */
  private static MemoryFolder exported(BaseModel base, SparseDelta delta) throws IOException {
    MemoryFolder out = new MemoryFolder("out");
    PeftSuperTuning.write(base, delta, "the/base", out);
    return out;
  }

  private static JsonNode config(BaseModel base, SparseDelta delta) throws IOException {
    return config(exported(base, delta));
  }

  private static JsonNode config(MemoryFolder exported) throws IOException {
    return JSON.readTree(exported.bytes("adapter_config.json"));
  }

  @ParameterizedTest
  @CsvSource({"bert,0.05", "roberta,0.05", "bert-regression,0.3", "bert,0.0011", "bert,0.9995"})
  void appliedToTheBaseItGivesTheTrainedModel(String name, double p) throws IOException {
    BaseModel base = Golden.base(name);
    SparseDelta delta = Deltas.linear(base, Golden.spec(base), p, 5);
    ParameterLayout layout = delta.layout();
    MemoryFolder out = exported(base, delta);
    assertThat(out.names()).containsExactly("adapter_config.json", "adapter_model.safetensors");
    JsonNode config = config(out);
    assertThat(config.get("peft_type").asText()).isEqualTo("SUPERTUNING");
    assertThat(config.get("base_model_name_or_path").asText()).isEqualTo("the/base");
    SafetensorsReader weights = SafetensorsReader.open(out.file("adapter_model.safetensors"));
    assertThat(weights.metadata()).containsEntry("format", "pt");
    float[] trained = base.load(delta.info().spec(), delta.info().seed());
    float[] applied = trained.clone();
    delta.apply(trained);
    Set<String> left = new TreeSet<>(weights.tensors().keySet());
    List<String> targets = new ArrayList<>();
    String prefix = "base_model.model." + (name.startsWith("bert") ? "bert." : "roberta.");
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      String module = tensor.name().replaceAll("\\.weight$", "");
      if (tensor.part() == Part.HEAD) {
        String key =
            tensor.name().startsWith("classifier")
                ? "base_model.model." + tensor.name()
                : prefix + tensor.name();
        weights.floats(key, applied, layout.offset(t));
        left.remove(key);
      } else if (left.contains(prefix + module + ".supertuning_values")) {
        int[] indices = weights.ints(prefix + module + ".supertuning_indices");
        float[] values = weights.floats(prefix + module + ".supertuning_values");
        // int(numel * (1 - sparsity)), in Python's doubles as in Java's
        assertThat(indices)
            .hasSize((int) (tensor.size() * (1 - config.get("sparsity").asDouble())))
            .hasSameSizeAs(values);
        for (int q = 0; q < values.length; q++) {
          applied[layout.offset(t) + indices[q]] += values[q];
        }
        left.remove(prefix + module + ".supertuning_indices");
        left.remove(prefix + module + ".supertuning_values");
        targets.add(module);
      }
    }
    assertThat(left).isEmpty();
    assertThat(config.get("target_modules"))
        .map(JsonNode::asText)
        .containsExactlyElementsOf(targets);
    assertThat(applied).usingComparatorWithPrecision(1e-6f).containsExactly(trained);
  }

  @Test
  void theHeadsModulesAreSavedWhole() throws IOException {
    for (String name : List.of("bert", "roberta")) {
      BaseModel base = Golden.base(name);
      SparseDelta delta = Deltas.linear(base, Golden.spec(base), 0.1, 5);
      assertThat(config(base, delta).get("modules_to_save"))
          .map(JsonNode::asText)
          .isEqualTo(name.equals("bert") ? List.of("classifier", "pooler") : List.of("classifier"));
    }
  }

  @Test
  void choicesAreOfNoTypeThatPeftHas() throws IOException {
    BaseModel base = Golden.base("bert");
    ModelSpec own = Golden.spec(base);
    ModelSpec choices =
        new ModelSpec(own.encoder(), Pooling.POOLER, 2, Loss.CHOICE_CROSS_ENTROPY, own.dropout());
    assertThat(config(base, Deltas.linear(base, choices, 0.05, 5)).get("task_type").isNull())
        .isTrue();
    assertThat(config(base, Deltas.linear(base, own, 0.05, 5)).get("task_type").asText())
        .isEqualTo("SEQ_CLS");
  }

  @Test
  void whatIsNoWeightOfALinearLayerIsRefused() {
    BaseModel base = Golden.base("bert");
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    assertThatThrownBy(() -> PeftSuperTuning.requireFits(delta))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching(
            "Cannot export to PEFT: the mask holds embeddings\\.position_embeddings\\.weight and"
                + " \\d+ more such tensors, and PEFT's Super-Tuning has room for weights of Linear"
                + " layers alone; train with method\\.tensors: linear, or export with --format"
                + " huggingface or lt-sft");
  }

  @Test
  void sharesThatDifferBetweenTensorsAreRefused() {
    BaseModel base = Golden.base("bert");
    SparseDelta delta = Deltas.uneven(base, Golden.spec(base), 3);
    assertThatThrownBy(() -> PeftSuperTuning.requireFits(delta))
        .isInstanceOf(ConfigException.class)
        .hasMessageMatching(
            "Cannot export to PEFT: its Super-Tuning has one share for all tensors, but the mask"
                + " holds [\\d,]+ of [\\d,]+ in encoder\\S+ and [\\d,]+ of [\\d,]+ in encoder\\S+;"
                + " train with method\\.scope: tensor and a larger method\\.sparsity, or export"
                + " with --format huggingface or lt-sft");
  }
}
