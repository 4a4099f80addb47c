package io.sparsetune.delta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.Shown;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.CanonicalJson;
import io.sparsetune.files.KeyName;
import io.sparsetune.files.StrictJson;
import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskBudget.Scope;
import io.sparsetune.model.ClassifierStart;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.pretrained.ModelConfigFile;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * {@code __metadata__} of a delta: every value a string, structured ones as canonical JSON.
 *
 * @param head trained parameters that k does not count
 */
record DeltaMetadata(DeltaInfo info, int head) {

  DeltaMetadata {
    if (head < 0) {
      throw new IllegalArgumentException("Invalid delta: head = " + head);
    }
  }

  static final String FORMAT = "sparsetune-delta";
  static final String VERSION = "1";
  private static final int SHOWN = 80;
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private static void write(MaskBudget budget, Map<String, String> metadata) {
    budget.sparsity().ifPresent(p -> metadata.put("sparsity", CanonicalJson.number(p)));
    budget.k().ifPresent(k -> metadata.put("budget", Integer.toString(k)));
    metadata.put("scope", KeyName.of(budget.scope()));
  }

  static Map<String, String> write(DeltaInfo info, int head) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("format", FORMAT);
    metadata.put("format_version", VERSION);
    metadata.put("base_sha256", info.baseFingerprint());
    metadata.put("head_sha256", info.headFingerprint());
    metadata.put("method", info.method());
    info.budget().ifPresent(budget -> write(budget, metadata));
    metadata.put("n", Long.toString(info.n()));
    metadata.put("k", Integer.toString(info.k()));
    metadata.put("head", Integer.toString(head));
    metadata.put("task", CanonicalJson.write(task(info)));
    metadata.put("pooling", KeyName.of(info.spec().pooling()));
    metadata.put("encoder", CanonicalJson.write(ModelConfigFile.json(info.spec().encoder())));
    EquivalentModelJson.write(info.spec().equivalent())
        .ifPresent(model -> metadata.put(EquivalentModelJson.KEY, CanonicalJson.write(model)));
    ClassifierStartJson.write(info.spec().classifierStart())
        .ifPresent(start -> metadata.put(ClassifierStartJson.KEY, CanonicalJson.write(start)));
    metadata.put("seed", Long.toString(info.seed()));
    metadata.put("run_id", info.runId());
    metadata.put("library_version", info.libraryVersion());
    return metadata;
  }

  private static ObjectNode task(DeltaInfo info) {
    ObjectNode task = JsonNodeFactory.instance.objectNode();
    task.put("type", KeyName.of(info.taskType()));
    task.put("metric", info.metric().key());
    ArrayNode labels = task.putArray("labels");
    info.labels().forEach(labels::add);
    return task;
  }

  static DeltaMetadata read(String path, Map<String, String> metadata) {
    return new Reader(path, metadata).read();
  }

  /** One reading of one file's entries. */
  private record Reader(String path, Map<String, String> metadata) {

    DeltaMetadata read() {
      if (!FORMAT.equals(metadata.get("format"))) {
        throw new CorruptFileException(
            path, "it is not a delta: its metadata has no format " + FORMAT);
      }
      if (!text("format_version").equals(VERSION)) {
        throw new UnsupportedVersionException(
            path,
            "its format version is %s, this version of SparseTune reads %s: use a newer one"
                .formatted(text("format_version"), VERSION));
      }
      ObjectNode task = object("task");
      List<String> labels = labels(task.path("labels"));
      TaskType type = constant("task", TaskType.class, task.path("type").asText());
      boolean regression = type == TaskType.REGRESSION;
      try {
        ModelSpec spec =
            new ModelSpec(
                    ModelConfigFile.of(path + ", encoder in its metadata", object("encoder"))
                        .encoder(),
                    constant("pooling", Pooling.class, text("pooling")),
                    regression ? 1 : labels.size(),
                    type.loss(),
                    Dropout.NONE)
                .with(equivalentModel())
                .with(classifierStart());
        spec.layout();
        return new DeltaMetadata(
            new DeltaInfo(
                spec,
                hash("base_sha256"),
                hash("head_sha256"),
                text("method"),
                budget(),
                number("n", Long::valueOf),
                number("k", Integer::valueOf),
                type,
                labels,
                constant("task", Metric.class, task.path("metric").asText()),
                number("seed", Long::valueOf),
                hash("run_id"),
                text("library_version")),
            number("head", Integer::valueOf));
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw new CorruptFileException(path, "its metadata does not fit: " + e.getMessage(), e);
      }
    }

    private EquivalentModel equivalentModel() {
      return metadata.containsKey(EquivalentModelJson.KEY)
          ? EquivalentModelJson.read(path, object(EquivalentModelJson.KEY))
          : EquivalentModel.BASE;
    }

    private ClassifierStart classifierStart() {
      return metadata.containsKey(ClassifierStartJson.KEY)
          ? ClassifierStartJson.read(path, object(ClassifierStartJson.KEY))
          : ClassifierStart.IN_ORDER;
    }

    private List<String> labels(JsonNode node) {
      List<String> labels = new ArrayList<>();
      for (JsonNode label : node) {
        if (!node.isArray() || !label.isTextual()) {
          throw invalid("task", node.toString());
        }
        labels.add(label.asText());
      }
      return labels;
    }

    private Optional<MaskBudget> budget() {
      OptionalDouble sparsity =
          metadata.containsKey("sparsity")
              ? OptionalDouble.of(number("sparsity", Double::valueOf))
              : OptionalDouble.empty();
      OptionalInt k =
          metadata.containsKey("budget")
              ? OptionalInt.of(number("budget", Integer::valueOf))
              : OptionalInt.empty();
      return sparsity.isEmpty() && k.isEmpty()
          ? Optional.empty()
          : Optional.of(new MaskBudget(sparsity, k, constant("scope", Scope.class, text("scope"))));
    }

    private String text(String key) {
      String value = metadata.get(key);
      if (value == null) {
        throw new CorruptFileException(path, "its metadata has no " + key);
      }
      return value;
    }

    private ObjectNode object(String key) {
      String json = text(key);
      try {
        return StrictJson.parseObject(path, json);
      } catch (CorruptFileException e) {
        throw new CorruptFileException(path, problem(key, json) + ": it is not a JSON object", e);
      }
    }

    private String hash(String key) {
      if (!HASH.matcher(text(key)).matches()) {
        throw invalid(key, text(key));
      }
      return text(key);
    }

    private <T> T number(String key, Function<String, T> parser) {
      try {
        return parser.apply(text(key));
      } catch (NumberFormatException e) {
        throw invalid(key, text(key));
      }
    }

    private <E extends Enum<E>> E constant(String key, Class<E> type, String name) {
      for (E constant : type.getEnumConstants()) {
        if (KeyName.of(constant).equals(name)) {
          return constant;
        }
      }
      throw invalid(key, name);
    }

    private CorruptFileException invalid(String key, String value) {
      return new CorruptFileException(path, problem(key, value));
    }

    private static String problem(String key, String value) {
      return "its metadata has the invalid %s %s".formatted(key, Shown.cut(value, SHOWN));
    }
  }
}
