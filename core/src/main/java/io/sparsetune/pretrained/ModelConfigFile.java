package io.sparsetune.pretrained;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.Shown;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.KeyName;
import io.sparsetune.files.StrictJson;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;

/**
 * A Hugging Face {@code config.json}. Keys that are absent have the defaults of transformers'
 * {@code BertConfig} and {@code RobertaConfig}.
 *
 * @param labels of {@code id2label}, by index, as text; empty where it is absent, or its keys are
 *     not 0 to its size − 1
 * @param problemType {@code single_label_classification} or {@code regression}, where it says so
 * @param json the whole file
 */
public record ModelConfigFile(
    EncoderConfig encoder,
    Dropout dropout,
    List<String> labels,
    Optional<String> problemType,
    ObjectNode json) {

  static final int MAX_BYTES = 16 << 20;

  private static final Pattern LABEL_ID = Pattern.compile("[+-]?\\d{1,9}");
  private static final String ID2LABEL = "an object whose keys are whole numbers";

  /** Bounds that keep hostile sizes from being allocated; no encoder comes near. */
  private static final int MAX_LAYERS = 1024;

  private static final Map<String, Activation> ACTIVATIONS =
      new TreeMap<>(
          Map.of(
              "gelu", Activation.GELU,
              "gelu_new", Activation.GELU_TANH,
              "gelu_pytorch_tanh", Activation.GELU_TANH,
              "relu", Activation.RELU,
              "silu", Activation.SILU,
              "swish", Activation.SILU));

  public ModelConfigFile {
    labels = List.copyOf(labels);
    json = json.deepCopy();
  }

  /** A copy of the whole file. */
  @Override
  public ObjectNode json() {
    return json.deepCopy();
  }

  /**
   * @throws CorruptFileException for a value that makes no sense
   * @throws UnsupportedVersionException for a kind of model that cannot be trained here
   */
  public static ModelConfigFile read(ByteSource file) {
    return of(file.path(), StrictJson.readObject(file, MAX_BYTES));
  }

  /** The same of an object in memory; {@code path} is for messages. */
  public static ModelConfigFile of(String path, ObjectNode json) {
    return new Parser(path, json).parse();
  }

  /** The sizes of an encoder as {@code config.json} has them. */
  public static ObjectNode json(EncoderConfig encoder) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("model_type", KeyName.of(encoder.architecture()));
    json.put("vocab_size", encoder.vocabularySize());
    json.put("hidden_size", encoder.hiddenSize());
    json.put("num_hidden_layers", encoder.layers());
    json.put("num_attention_heads", encoder.heads());
    json.put("intermediate_size", encoder.intermediateSize());
    json.put("hidden_act", name(encoder.activation()));
    json.put("max_position_embeddings", encoder.maxPositions());
    json.put("type_vocab_size", encoder.typeVocabularySize());
    json.put("pad_token_id", encoder.padTokenId());
    json.put("layer_norm_eps", encoder.layerNormEps());
    return json;
  }

  private static String name(Activation activation) {
    return switch (activation) {
      case GELU -> "gelu";
      case GELU_TANH -> "gelu_new";
      case RELU -> "relu";
      case SILU -> "silu";
    };
  }

  /** One reading of one file. */
  private record Parser(String path, ObjectNode json) {

    ModelConfigFile parse() {
      Architecture architecture = architecture();
      boolean roberta = architecture == Architecture.ROBERTA;
      value("quantization_config")
          .ifPresent(
              node -> {
                String method = node.path("quant_method").asText("");
                throw Quantised.refused(
                    path,
                    "its quantization_config",
                    List.of(method.isEmpty() ? node.toString() : method));
              });
      refuse("is_decoder", (key, node) -> node.asBoolean(), "decoders are not supported");
      refuse("add_cross_attention", (key, node) -> node.asBoolean(), "decoders are not supported");
      refuse(
          "position_embedding_type",
          (key, node) -> !node.asText().equals("absolute"),
          "only absolute position embeddings are supported");
      int layers = size("num_hidden_layers", 12);
      if (layers > MAX_LAYERS) {
        throw invalid("num_hidden_layers", json.get("num_hidden_layers"), "at most " + MAX_LAYERS);
      }
      int hidden = size("hidden_size", 768);
      int heads = size("num_attention_heads", 12);
      if (hidden % heads != 0) {
        throw new CorruptFileException(
            path,
            "hidden_size %d is not a multiple of num_attention_heads %d".formatted(hidden, heads));
      }
      int pad = padTokenId(roberta ? 1 : 0);
      int positions = size("max_position_embeddings", 512);
      if (roberta && positions <= pad + 1) {
        throw new CorruptFileException(
            path,
            "max_position_embeddings %d leaves no room after pad_token_id %d"
                .formatted(positions, pad));
      }
      EncoderConfig encoder =
          new EncoderConfig(
              architecture,
              size("vocab_size", roberta ? 50265 : 30522),
              hidden,
              layers,
              heads,
              size("intermediate_size", 3072),
              activation(),
              positions,
              size("type_vocab_size", 2),
              pad,
              epsilon());
      double hiddenDropout = probability("hidden_dropout_prob", 0.1);
      Dropout dropout =
          new Dropout(
              hiddenDropout,
              probability("attention_probs_dropout_prob", 0.1),
              probability("classifier_dropout", hiddenDropout));
      return new ModelConfigFile(
          checked(encoder), dropout, labels(), value("problem_type").map(JsonNode::asText), json);
    }

    private Architecture architecture() {
      String type = value("model_type").map(JsonNode::asText).orElse("");
      return switch (type) {
        case "bert" -> Architecture.BERT;
        case "roberta" -> Architecture.ROBERTA;
        case "" ->
            throw new CorruptFileException(
                path, "it has no model_type; known model types are bert and roberta");
        default ->
            throw new UnsupportedVersionException(
                path,
                "model_type %s cannot be trained; known model types are bert and roberta"
                    .formatted(type));
      };
    }

    private void refuse(String key, BiPredicate<String, JsonNode> wrong, String reason) {
      value(key)
          .filter(node -> wrong.test(key, node))
          .ifPresent(
              node -> {
                throw new UnsupportedVersionException(
                    path, "%s is %s: %s".formatted(key, node.asText(), reason));
              });
    }

    private Activation activation() {
      String name = value("hidden_act").map(JsonNode::asText).orElse("gelu");
      Activation activation = ACTIVATIONS.get(name);
      if (activation == null) {
        throw new UnsupportedVersionException(
            path,
            "hidden_act %s is not known (known: %s)"
                .formatted(name, String.join(", ", ACTIVATIONS.keySet())));
      }
      return activation;
    }

    private EncoderConfig checked(EncoderConfig encoder) {
      try {
        encoder.layout();
        return encoder;
      } catch (ArithmeticException | IllegalArgumentException e) {
        throw new CorruptFileException(
            path, "its sizes give more than 2,147,483,639 parameters", e);
      }
    }

    private int size(String key, int otherwise) {
      Optional<JsonNode> node = value(key);
      if (node.isEmpty()) {
        return otherwise;
      }
      if (!node.get().canConvertToInt()
          || !node.get().isIntegralNumber()
          || node.get().asInt() <= 0) {
        throw invalid(key, node.get(), "a positive whole number");
      }
      return node.get().asInt();
    }

    private int padTokenId(int otherwise) {
      Optional<JsonNode> node = value("pad_token_id");
      if (node.isEmpty()) {
        return otherwise;
      }
      if (!node.get().canConvertToInt()
          || !node.get().isIntegralNumber()
          || node.get().asInt() < 0) {
        throw invalid("pad_token_id", node.get(), "a token's number");
      }
      return node.get().asInt();
    }

    private double epsilon() {
      JsonNode node = value("layer_norm_eps").orElse(null);
      if (node == null) {
        return 1e-12;
      }
      if (!node.isNumber() || !(node.asDouble() > 0 && node.asDouble() < 1)) {
        throw invalid("layer_norm_eps", node, "a small positive number");
      }
      return node.asDouble();
    }

    private double probability(String key, double otherwise) {
      JsonNode node = value(key).orElse(null);
      if (node == null) {
        return otherwise;
      }
      if (!node.isNumber() || !(node.asDouble() >= 0 && node.asDouble() < 1)) {
        throw invalid(key, node, "a probability in [0, 1)");
      }
      return node.asDouble();
    }

    private List<String> labels() {
      JsonNode byId = value("id2label").orElse(null);
      if (byId == null) {
        return List.of();
      }
      SortedMap<Integer, String> labels = new TreeMap<>();
      for (Map.Entry<String, JsonNode> entry : byId.properties()) {
        String key = entry.getKey().strip();
        if (!LABEL_ID.matcher(key).matches()) {
          throw invalid("id2label", byId, ID2LABEL);
        }
        labels.put(Integer.valueOf(key), label(entry.getValue()));
      }
      if (!byId.isObject()) {
        throw invalid("id2label", byId, ID2LABEL);
      }
      boolean numbered =
          labels.isEmpty() || (labels.firstKey() == 0 && labels.lastKey() == labels.size() - 1);
      return numbered ? List.copyOf(labels.values()) : List.of();
    }

    /** As a table's column of such labels gives them; nothing for null, which is no label. */
    private static String label(JsonNode value) {
      if (value.isNull()) {
        return "";
      }
      if (value.isFloatingPointNumber() && value.doubleValue() == (int) value.doubleValue()) {
        return Integer.toString((int) value.doubleValue());
      }
      return value.isValueNode() ? value.asText() : value.toString();
    }

    /** The key's value; nothing where it is absent or null. */
    private Optional<JsonNode> value(String key) {
      JsonNode node = json.get(key);
      return node == null || node.isNull() ? Optional.empty() : Optional.of(node);
    }

    private CorruptFileException invalid(String key, JsonNode value, String rule) {
      return new CorruptFileException(
          path, "%s is %s, but must be %s".formatted(key, Shown.cut(value.toString(), 80), rule));
    }
  }
}
