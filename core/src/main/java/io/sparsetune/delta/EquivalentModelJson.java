package io.sparsetune.delta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.KeyName;
import io.sparsetune.model.Activation;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.EquivalentModel.Adapter;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.model.EquivalentModel.Placement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An equivalent model as a delta's metadata says it. The base itself is not said. */
final class EquivalentModelJson {
  static final String KEY = "equivalent_model";

  private EquivalentModelJson() {}

  /** Empty for the base itself. */
  static Optional<ObjectNode> write(EquivalentModel model) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (model instanceof Lora lora) {
      json.put("type", "lora");
      lora.targets().forEach(json.putArray("target_modules")::add);
      json.put("r", lora.rank());
      json.put("lora_alpha", lora.alpha());
      json.put("lora_dropout", lora.dropout());
    } else if (model instanceof Adapter adapter) {
      json.put("type", "adapter");
      json.put("placement", KeyName.of(adapter.placement()));
      json.put("size", adapter.size());
      json.put("activation", KeyName.of(adapter.activation()));
    }
    return json.isEmpty() ? Optional.empty() : Optional.of(json);
  }

  /**
   * @throws CorruptFileException where it is none
   */
  static EquivalentModel read(String path, ObjectNode json) {
    try {
      return switch (json.path("type").asText()) {
        case "lora" ->
            new Lora(
                texts(json.path("target_modules")),
                json.path("r").asInt(),
                json.path("lora_alpha").asDouble(),
                json.path("lora_dropout").asDouble(-1));
        case "adapter" ->
            new Adapter(
                constant(Placement.values(), json.path("placement")),
                json.path("size").asInt(),
                constant(Activation.values(), json.path("activation")));
        default -> throw new IllegalArgumentException("there is no such type");
      };
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          path, "its metadata has the invalid %s %s: %s".formatted(KEY, json, e.getMessage()), e);
    }
  }

  private static List<String> texts(JsonNode node) {
    List<String> texts = new ArrayList<>();
    node.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static <E extends Enum<E>> E constant(E[] constants, JsonNode name) {
    for (E constant : constants) {
      if (KeyName.of(constant).equals(name.asText())) {
        return constant;
      }
    }
    throw new IllegalArgumentException("'" + name.asText() + "' is unknown");
  }
}
