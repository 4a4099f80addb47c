package io.sparsetune.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.UserException;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import io.sparsetune.testing.MemoryFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** LoRA adapters that PEFT wrote, read and written anew; and those that are not what they say. */
class PeftLoraTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CONFIG = "adapter_config.json";
  private static final String WEIGHTS = "adapter_model.safetensors";
  private static final String QUERY = "encoder.layer.0.attention.self.query";

  private static MemoryFolder golden(String name, String state) {
    return MemoryFolder.copyOf(Golden.folder(name + "/lora/" + state));
  }

  private static SparseDelta delta(BaseModel base, PeftLoraImport adapter) {
    ModelSpec spec = adapter.spec();
    String hash = "0".repeat(64);
    return new SparseDelta(
        new DeltaInfo(
            spec,
            base.fingerprint(),
            base.headFingerprint(spec, 1),
            "lora",
            Optional.empty(),
            spec.layout().size(),
            adapter.factors(),
            TaskType.CLASSIFICATION,
            IntStream.range(0, spec.outputs()).mapToObj(i -> "l" + i).toList(),
            Metric.ACCURACY,
            1,
            hash,
            "0.1.0"),
        adapter.trained(),
        adapter.values());
  }

  @ParameterizedTest
  @CsvSource({"bert, start", "bert, trained", "roberta, start", "roberta, trained"})
  void whatPeftWroteIsWrittenAnewToTheBit(String name, String state) throws IOException {
    BaseModel base = Golden.base(name);
    MemoryFolder adapter = golden(name, state);
    MemoryFolder out = new MemoryFolder("out");
    PeftLora.write(base, delta(base, PeftLoraImport.read(adapter, base)), "the/base", out);
    assertThat(out.names()).containsExactly(CONFIG, WEIGHTS);
    SafetensorsReader before = SafetensorsReader.open(adapter.file(WEIGHTS));
    SafetensorsReader after = SafetensorsReader.open(out.file(WEIGHTS));
    assertThat(after.tensors().keySet()).isEqualTo(before.tensors().keySet());
    for (String tensor : before.tensors().keySet()) {
      assertThat(after.tensors().get(tensor).shape())
          .isEqualTo(before.tensors().get(tensor).shape());
      assertThat(after.floats(tensor)).isEqualTo(before.floats(tensor));
    }
    assertThat(after.metadata()).containsEntry("format", "pt");
    JsonNode was = JSON.readTree(adapter.bytes(CONFIG));
    JsonNode is = JSON.readTree(out.bytes(CONFIG));
    is.properties()
        .forEach(
            entry -> {
              if (!List.of("target_modules", "modules_to_save", "base_model_name_or_path")
                  .contains(entry.getKey())) {
                assertThat(entry.getValue().asText())
                    .as(entry.getKey())
                    .isEqualTo(was.path(entry.getKey()).asText());
              }
            });
    assertThat(is.get("target_modules"))
        .map(JsonNode::asText)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, was.get("target_modules").size())
                .mapToObj(i -> was.get("target_modules").get(i).asText())
                .toList());
    assertThat(is.get("modules_to_save")).map(JsonNode::asText).containsExactly("classifier");
    assertThat(is.get("base_model_name_or_path").asText()).isEqualTo("the/base");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void logitsAreThoseOfPeftAndOfItsMergedModel(String name) throws IOException {
    BaseModel base = Golden.base(name);
    SparseDelta delta = delta(base, PeftLoraImport.read(golden(name, "trained"), base));
    ModelSpec spec = delta.info().spec();
    float[] theta = base.load(spec, 1);
    delta.apply(theta);
    GoldenTensors expected = GoldenTensors.read(name + "/lora/expected.safetensors");
    GoldenModel model = GoldenModel.read(name);
    assertThat(logits(spec, theta, model))
        .containsExactly(expected.floats("logits"), within(2e-5f));

    MemoryFolder merged = new MemoryFolder("merged");
    HuggingFaceFolder.write(base, delta, merged);
    ModelSpec plain = spec.with(EquivalentModel.BASE);
    assertThat(logits(plain, BaseModel.open(merged).load(plain, 1), model))
        .containsExactly(expected.floats("merged_logits"), within(2e-5f));
  }

  private static float[] logits(ModelSpec spec, float[] theta, GoldenModel model) {
    return RoomEngine.open(spec, theta).newWorker().logits(GoldenModel.pack(model.examples(0)));
  }

  @Test
  void layersThatHaveNoShortNameOfTheirOwnAreNamedInFull() throws IOException {
    BaseModel base = Golden.base("bert");
    String name = "encoder.layer.1.output.dense";
    ModelSpec spec =
        Golden.spec(base).with(new EquivalentModel.Lora(List.of(name, "key"), 2, 3, 0.5));
    ParameterLayout layout = spec.layout();
    List<Integer> added = new ArrayList<>();
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).name().contains("lora_")
          || layout.tensor(t).name().startsWith("class")) {
        added.add(t);
      }
    }
    var mask = io.sparsetune.mask.Mask.none(layout).withWhole(layout, added);
    PeftLoraImport made = new PeftLoraImport(spec, mask, mask.gather(layout, base.load(spec, 4)));
    MemoryFolder out = new MemoryFolder("out");
    PeftLora.write(base, delta(base, made), "b", out);
    assertThat(JSON.readTree(out.bytes(CONFIG)).get("target_modules"))
        .map(JsonNode::asText)
        .containsExactly("key", name);
    PeftLoraImport read = PeftLoraImport.read(out, base);
    assertThat(read.trained()).isEqualTo(mask);
    assertThat(read.values()).isEqualTo(made.values());
    EquivalentModel.Lora lora = (EquivalentModel.Lora) read.spec().equivalent();
    assertThat(lora.scale()).isEqualTo(1.5);
    assertThat(lora.dropout()).isEqualTo(0.5);
  }

  @Test
  void otherMethodsAreNotLora() {
    BaseModel base = Golden.base("bert");
    assertThatThrownBy(() -> PeftLora.requireFits(Deltas.random(base, Golden.spec(base), 3)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot export to PEFT as LORA: the run was trained with method.name random, not lora");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "peft_type | \"LOHA\" | its peft_type is \"LOHA\"; only LORA can be imported",
        "task_type | \"CAUSAL_LM\" | its task_type is CAUSAL_LM; only SEQ_CLS can be imported",
        "use_dora | true | use_dora is true: DoRA scales each weight by lengths that it learns",
        "use_rslora | true | use_rslora is true: its scale is lora_alpha / √r, not lora_alpha / r",
        "rank_pattern | {\"query\": 2} | rank_pattern is {\"query\":2}: one rank for all layers is"
            + " all that can be read",
        "alpha_pattern | {\"query\": 2} | alpha_pattern is {\"query\":2}: one lora_alpha for all"
            + " layers is all that can be read",
        "bias | \"all\" | bias is \"all\": it trains biases too; LoRA's factors and the head are"
            + " all that can be read",
        "lora_bias | true | lora_bias is true: it adds biases to the factors",
        "fan_in_fan_out | true | fan_in_fan_out is true: its weights are stored the other way"
            + " round",
        "layer_replication | [[0, 2]] | layer_replication is [[0,2]]: it makes of the adapter"
            + " something else than plain LoRA",
        "init_lora_weights | \"pissa\" | init_lora_weights is pissa, which changes the base's"
            + " weights: convert the adapter first, as PEFT's documentation says",
        "r | 0 | r is 0, but must be a whole number, 1 or more",
        "r | 1.5 | r is 1.5, but must be a whole number, 1 or more",
        "lora_alpha | -1 | lora_alpha is -1, but must be a number above 0, at most 1e6",
        "lora_alpha | 1e300 | lora_alpha is 1.0E300, but must be a number above 0, at most 1e6",
        "lora_dropout | 1 | lora_dropout is 1, but must be a probability in [0, 1)",
      })
  void configurationsOfSomethingElseAreRefused(String key, String value, String message)
      throws IOException {
    MemoryFolder adapter = golden("bert", "trained");
    ObjectNode config = (ObjectNode) JSON.readTree(adapter.bytes(CONFIG));
    config.set(key, JSON.readTree(value));
    adapter.put(CONFIG, config.toString());
    refused(adapter, "Cannot read trained/adapter_config.json: " + message);
  }

  @Test
  void aRankThatTheWeightsDoNotHaveIsRefused() throws IOException {
    MemoryFolder adapter = golden("bert", "trained");
    ObjectNode config = (ObjectNode) JSON.readTree(adapter.bytes(CONFIG));
    int rank = config.get("r").asInt();
    int hidden = Golden.base("bert").encoder().hiddenSize();
    adapter.put(CONFIG, config.put("r", rank + 1).toString());
    refused(
        adapter,
        "Cannot read trained/adapter_model.safetensors: tensor base_model.model.bert."
            + QUERY
            + ".lora_A.weight has the shape [%1$d, %2$d], but r %3$d and the base ask for [%3$d, %2$d]"
                .formatted(rank, hidden, rank + 1));
    adapter.put(CONFIG, config.put("r", Integer.MAX_VALUE).toString());
    refused(
        adapter,
        "Cannot read trained/adapter_model.safetensors: it does not fit the base: Invalid LoRA: rank 2147483647 is above what %s has, [%d, %d]"
            .formatted(QUERY, hidden, hidden));
  }

  @Test
  void factorsAreThoseOfTheLayersThatTheConfigurationNames() throws IOException {
    String file = "Cannot read trained/adapter_model.safetensors: ";
    JsonNode targets = JSON.readTree(golden("bert", "trained").bytes(CONFIG)).get("target_modules");
    assertThat(targets).hasSizeGreaterThan(1);
    MemoryFolder adapter = golden("bert", "trained");
    ObjectNode config = (ObjectNode) JSON.readTree(adapter.bytes(CONFIG));
    config.putArray("target_modules").add("intermediate.dense");
    refused(
        adapter.put(CONFIG, config.toString()),
        file
            + "it has factors of "
            + QUERY
            + ", which target_modules and layers_to_transform in adapter_config.json leave out");
    config.set("target_modules", targets);
    config.withArray("target_modules").add("intermediate.dense");
    refused(
        adapter.put(CONFIG, config.toString()),
        file
            + "it has no factors of encoder.layer.0.intermediate.dense, which target_modules in"
            + " adapter_config.json names");
    config.put("target_modules", ".*");
    config.putArray("layers_to_transform");
    adapter.put(CONFIG, config.toString());
    assertThat(PeftLoraImport.read(adapter, Golden.base("bert")).factors()).isPositive();
    config.putArray("layers_to_transform").add(1);
    refused(
        adapter.put(CONFIG, config.toString()),
        file
            + "it has factors of "
            + QUERY
            + ", which target_modules and layers_to_transform in adapter_config.json leave out");
    config.putArray("target_modules").add(3);
    refused(
        adapter.put(CONFIG, config.toString()),
        "Cannot read trained/adapter_config.json: target_modules is [3], but must be a list of"
            + " names");
  }

  @Test
  void tensorsThatAreNotAnAdaptersAreRefused() throws IOException {
    String file = "Cannot read trained/adapter_model.safetensors: ";
    String a = "base_model.model.bert." + QUERY + ".lora_A.weight";
    Map<String, float[]> tensors = tensors();
    float[] factor = tensors.get(a);
    refused(
        with(tensors, "base_model.model.bert.pooler.dense.lora_A.weight", factor),
        file
            + "tensor base_model.model.bert.pooler.dense.lora_A.weight is neither a factor of a"
            + " linear layer of the encoder (query, key, value, attention.output.dense,"
            + " intermediate.dense, output.dense) nor a part of the head");
    refused(
        with(
            tensors,
            "base_model.model.bert.encoder.layer.99.attention.self.query.lora_A.weight",
            factor),
        file
            + "tensor base_model.model.bert.encoder.layer.99.attention.self.query.lora_A.weight is"
            + " neither a factor of a linear layer of the encoder (query, key, value,"
            + " attention.output.dense, intermediate.dense, output.dense) nor a part of the head");
    refused(
        with(tensors, "bert.weight", factor),
        file + "tensor bert.weight has a name that PEFT does not give: no base_model.model.");
    refused(
        with(tensors, "base_model.model." + QUERY + ".lora_A.weight", factor),
        file
            + "tensors base_model.model.bert."
            + QUERY
            + ".lora_A.weight and base_model.model."
            + QUERY
            + ".lora_A.weight are the same one");
    Map<String, float[]> one = new TreeMap<>(tensors);
    one.remove(a);
    refused(
        written(one),
        file + "it has one of the two factors alone: " + QUERY + ".lora_A.weight is missing");
    float[] wild = factor.clone();
    wild[3] = Float.NaN;
    refused(with(tensors, a, wild), file + "tensor " + a + " has the value NaN at element 3");
    Map<String, float[]> headless = new TreeMap<>(tensors);
    headless.keySet().removeIf(name -> name.contains("classifier"));
    refused(
        written(headless),
        "Cannot import trained/adapter_model.safetensors: it has no classifier.weight; without a"
            + " task's head nothing can be predicted: save the adapter with task_type SEQ_CLS, or"
            + " with modules_to_save: [classifier]");
    Map<String, float[]> bare = new TreeMap<>(tensors);
    bare.keySet().removeIf(name -> name.contains("lora_"));
    refused(
        written(bare),
        file + "it has no factor of a linear layer of the encoder; is it for this base?");
  }

  @Test
  void filesThatAreMissingAreNamed() {
    refused(
        golden("bert", "trained").remove(CONFIG),
        "Cannot read an adapter from trained: it has no adapter_config.json");
    refused(
        golden("bert", "trained").remove(WEIGHTS).put("adapter_model.bin", "x"),
        "Cannot read an adapter from trained: it has no adapter_model.safetensors; its"
            + " adapter_model.bin is not read: save the adapter anew with safe_serialization");
  }

  private static void refused(MemoryFolder adapter, String message) {
    assertThatThrownBy(() -> PeftLoraImport.read(adapter, Golden.base("bert")))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  private static Map<String, float[]> tensors() {
    Map<String, float[]> tensors = new TreeMap<>();
    SafetensorsReader reader = SafetensorsReader.open(golden("bert", "trained").file(WEIGHTS));
    reader.tensors().keySet().forEach(name -> tensors.put(name, reader.floats(name)));
    return tensors;
  }

  private static MemoryFolder with(Map<String, float[]> tensors, String name, float[] values)
      throws IOException {
    Map<String, float[]> more = new TreeMap<>(tensors);
    more.put(name, values);
    return written(more);
  }

  private static MemoryFolder written(Map<String, float[]> tensors) throws IOException {
    SafetensorsReader shapes = SafetensorsReader.open(golden("bert", "trained").file(WEIGHTS));
    SafetensorsWriter writer = new SafetensorsWriter();
    tensors.forEach(
        (name, values) ->
            writer.floats(
                name,
                shapes.tensors().containsKey(name)
                    ? shapes.tensors().get(name).shape().stream().map(Long::intValue).toList()
                    : List.of(values.length),
                values));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.writeTo(out);
    return golden("bert", "trained").put(WEIGHTS, out.toByteArray());
  }
}
