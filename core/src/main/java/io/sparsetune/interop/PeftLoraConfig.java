package io.sparsetune.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.Shown;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.StrictJson;
import io.sparsetune.model.EquivalentModel.Lora;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PEFT's {@code adapter_config.json} of a LoRA adapter.
 *
 * @param rank of every factor
 * @param targets names of layers, or their ends; empty where PEFT finds the layers in another way
 * @param layers numbers of the layers that have factors; empty: all
 */
record PeftLoraConfig(
    int rank,
    double alpha,
    double dropout,
    Optional<List<String>> targets,
    Optional<List<Integer>> layers) {
  private static final Pattern LAYER = Pattern.compile("\\.layer\\.([0-9]{1,6})\\.");

  static final String FILE = "adapter_config.json";
  private static final int LARGEST = 4 << 20;
  private static final String PEFT_VERSION = "0.21.2";

  /** Keys that change nothing of what a finished adapter computes, whatever their values. */
  private static final Set<String> HARMLESS =
      Set.of(
          "alora_invocation_tokens_string",
          "auto_mapping",
          "base_model_name_or_path",
          "corda_config",
          "ensure_weight_tying",
          "eva_config",
          "exclude_modules",
          "inference_mode",
          "init_lora_weights",
          "layers_pattern",
          "layers_to_transform",
          "lora_alpha",
          "lora_dropout",
          "lora_ga_config",
          "megatron_core",
          "modules_to_save",
          "peft_type",
          "peft_version",
          "qalora_group_size",
          "r",
          "revision",
          "runtime_config",
          "target_modules",
          "task_type");

  /** Ways of initialising that leave the base's weights as they are. */
  private static final Set<String> KEEP_THE_BASE =
      Set.of("true", "false", "null", "gaussian", "eva", "orthogonal");

  private static final Map<String, String> REASONS = new LinkedHashMap<>();

  static {
    REASONS.put("use_dora", "DoRA scales each weight by lengths that it learns");
    REASONS.put("use_rslora", "its scale is lora_alpha / √r, not lora_alpha / r");
    REASONS.put("rank_pattern", "one rank for all layers is all that can be read");
    REASONS.put("alpha_pattern", "one lora_alpha for all layers is all that can be read");
    REASONS.put(
        "bias", "it trains biases too; LoRA's factors and the head are all that can be read");
    REASONS.put("lora_bias", "it adds biases to the factors");
    REASONS.put("fan_in_fan_out", "its weights are stored the other way round");
  }

  /** What PEFT needs to load an adapter, and nothing that older versions do not know. */
  static ObjectNode json(Lora lora, List<String> targets, Set<String> modules, String basePath) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("peft_type", "LORA");
    config.put("peft_version", PEFT_VERSION);
    config.put("task_type", "SEQ_CLS");
    config.put("base_model_name_or_path", basePath);
    config.putNull("revision");
    config.put("inference_mode", true);
    config.put("r", lora.rank());
    // PEFT takes a whole number for whole; scale = lora_alpha / r.
    if (lora.alpha() == Math.rint(lora.alpha()) && lora.alpha() < 1e9) {
      config.put("lora_alpha", (long) lora.alpha());
    } else {
      config.put("lora_alpha", lora.alpha());
    }
    config.put("lora_dropout", lora.dropout());
    config.put("bias", "none");
    config.put("fan_in_fan_out", false);
    config.put("init_lora_weights", true);
    config.put("use_rslora", false);
    config.put("use_dora", false);
    config.putObject("rank_pattern");
    config.putObject("alpha_pattern");
    config.putNull("layers_to_transform");
    config.putNull("layers_pattern");
    targets.forEach(config.putArray("target_modules")::add);
    modules.forEach(config.putArray("modules_to_save")::add);
    return config;
  }

  /**
   * @throws CorruptFileException where it is not such a file
   * @throws UnsupportedVersionException for an adapter that computes something else than LoRA
   */
  static PeftLoraConfig read(ByteSource file) {
    ObjectNode json = StrictJson.readObject(file, LARGEST);
    String path = file.path();
    String type = json.path("peft_type").asText();
    if (!type.equals("LORA")) {
      throw new UnsupportedVersionException(
          path,
          "its peft_type is %s; only LORA can be imported".formatted(shown(json, "peft_type")));
    }
    String task = json.path("task_type").asText("null");
    if (!Set.of("SEQ_CLS", "FEATURE_EXTRACTION", "null").contains(task)) {
      throw new UnsupportedVersionException(
          path, "its task_type is %s; only SEQ_CLS can be imported".formatted(task));
    }
    String start = json.path("init_lora_weights").asText("null");
    if (!KEEP_THE_BASE.contains(start)) {
      throw new UnsupportedVersionException(
          path,
          "init_lora_weights is %s, which changes the base's weights: convert the adapter first, as PEFT's documentation says"
              .formatted(start));
    }
    json.properties()
        .forEach(
            entry -> {
              String key = entry.getKey();
              if (!HARMLESS.contains(key) && !isOff(key, entry.getValue())) {
                throw new UnsupportedVersionException(
                    path,
                    "%s is %s: %s"
                        .formatted(
                            key,
                            shown(json, key),
                            REASONS.getOrDefault(
                                key, "it makes of the adapter something else than plain LoRA")));
              }
            });
    JsonNode rank = json.path("r");
    JsonNode alpha = json.path("lora_alpha");
    JsonNode dropout = json.path("lora_dropout");
    if (!rank.isIntegralNumber() || !rank.canConvertToInt() || rank.asInt() < 1) {
      throw invalid(json, path, "r", "a whole number, 1 or more");
    }
    if (!alpha.isNumber() || !(alpha.asDouble() > 0 && alpha.asDouble() <= Lora.MOST_ALPHA)) {
      throw invalid(json, path, "lora_alpha", "a number above 0, at most 1e6");
    }
    boolean none = dropout.isMissingNode() || dropout.isNull();
    if (!none && (!dropout.isNumber() || !(dropout.asDouble() >= 0 && dropout.asDouble() < 1))) {
      throw invalid(json, path, "lora_dropout", "a probability in [0, 1)");
    }
    return new PeftLoraConfig(
        rank.asInt(), alpha.asDouble(), dropout.asDouble(0), targets(json, path), layers(json));
  }

  /** A list is taken at its word; a pattern, and a list with exceptions, is left to PEFT. */
  private static Optional<List<String>> targets(ObjectNode json, String path) {
    JsonNode targets = json.path("target_modules");
    if (!targets.isArray() || !isOff("exclude_modules", json.path("exclude_modules"))) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (JsonNode target : targets) {
      if (!target.isTextual()) {
        throw invalid(json, path, "target_modules", "a list of names");
      }
      names.add(target.asText());
    }
    return Optional.of(names);
  }

  private static Optional<List<Integer>> layers(ObjectNode json) {
    JsonNode layers = json.path("layers_to_transform");
    if (isOff("layers_to_transform", layers)) {
      return Optional.empty();
    }
    List<Integer> numbers = new ArrayList<>();
    if (layers.isInt()) {
      numbers.add(layers.asInt());
    }
    layers.forEach(layer -> numbers.add(layer.asInt(-1)));
    return Optional.of(numbers);
  }

  /** Whether PEFT gives factors to a layer; true where that cannot be told from the names. */
  boolean names(String module) {
    Matcher layer = LAYER.matcher(module);
    boolean inside =
        layers.isEmpty()
            || (layer.find() && layers.get().contains(Integer.valueOf(layer.group(1))));
    return inside
        && (targets.isEmpty()
            || targets.get().stream()
                .anyMatch(target -> module.equals(target) || module.endsWith("." + target)));
  }

  private static boolean isOff(String key, JsonNode value) {
    return value.isMissingNode()
        || value.isNull()
        || (value.isBoolean() && !value.asBoolean())
        || (value.isContainerNode() && value.isEmpty())
        || (key.equals("loftq_config") && value.isObject())
        || (key.equals("bias") && value.asText().equals("none"));
  }

  private static CorruptFileException invalid(
      ObjectNode json, String path, String key, String rule) {
    return new CorruptFileException(
        path, "%s is %s, but must be %s".formatted(key, shown(json, key), rule));
  }

  private static String shown(ObjectNode json, String key) {
    String text = json.has(key) ? json.get(key).toString() : "missing";
    return Shown.cut(text, 80);
  }
}
