package io.sparsetune.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.StrictJson;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The strict reader of {@code run.json}. Sections that older versions did not write may be missing.
 */
final class ManifestReader {
  private static final int LARGEST = 16 << 20;

  private ManifestReader() {}

  static boolean isOne(ByteSource file) {
    try {
      return StrictJson.readObject(file, LARGEST).path("run_id").isTextual();
    } catch (DataException | CorruptFileException e) {
      return false;
    }
  }

  static RunManifest read(ByteSource file) {
    ObjectNode json = StrictJson.readObject(file, LARGEST);
    JsonFields fields = JsonFields.of(file.path(), json);
    requireVersion(file.path(), json.path("format_version"));
    if (!(json.get("config") instanceof ObjectNode written)
        || !json.path("base").path("path").isTextual()) {
      throw new CorruptFileException(file.path(), "it has no config, or no path of the base");
    }
    if (!json.path("run_id").asText().matches("[0-9a-f]{64}")) {
      throw fields.invalid("run_id", "64 hexadecimal digits");
    }
    requireLabels(file.path(), json.path("labels"));
    RunConfig config = config(file.path(), written);
    JsonNode seed = json.path("seed");
    if (!seed.isIntegralNumber() || seed.asLong() != config.training().seed()) {
      throw fields.invalid("seed", "the seed of its config, " + config.training().seed());
    }
    return new RunManifest(
        fields.text("run_id"),
        fields.has("started") ? Optional.of(instant(fields, "started")) : Optional.empty(),
        origin(fields),
        config,
        fields.texts("labels"),
        RunBase.read(fields.object("base")),
        fields.optional("data").map(RunData::read),
        fields.textsByName(RunManifest.METHOD_FILES),
        Environment.read(fields),
        fields.optionalText("arithmetic"),
        fields.objects(RunManifest.ATTEMPTS).stream().map(Attempt::read).toList());
  }

  private static void requireVersion(String path, JsonNode version) {
    if (!version.isIntegralNumber() || version.asInt() < 1) {
      throw new CorruptFileException(
          path,
          "its format_version is %s, not a number such as 1".formatted(JsonFields.shown(version)));
    }
    if (version.asLong() > RunManifest.VERSION) {
      throw new UnsupportedVersionException(
          path,
          "its format version is %s, this version of SparseTune reads %d: use a newer one"
              .formatted(JsonFields.shown(version), RunManifest.VERSION));
    }
  }

  private static void requireLabels(String path, JsonNode labels) {
    Set<String> seen = new HashSet<>();
    if (!labels.isArray()) {
      throw JsonFields.invalid(path, "labels", labels, "a list of texts");
    }
    for (JsonNode label : labels) {
      if (!label.isTextual() || !seen.add(label.asText())) {
        throw JsonFields.invalid(path, "labels", label, "texts, each once");
      }
    }
  }

  private static RunConfig config(String path, ObjectNode json) {
    try {
      return RunConfigParser.parse(json, path, List.of());
    } catch (ConfigException e) {
      throw new CorruptFileException(
          path, "its config is not one of this version: " + e.getMessage(), e);
    }
  }

  private static RunOrigin origin(JsonFields json) {
    Optional<RunOrigin> imported =
        json.optional(RunManifest.IMPORTED).map(RunOrigin.Imported::read);
    return json.optional(RunManifest.COMPOSED)
        .<RunOrigin>map(RunOrigin.Composed::read)
        .or(() -> imported)
        .orElse(RunOrigin.TRAINED);
  }

  static Instant instant(JsonFields json, String key) {
    try {
      return Instant.parse(json.text(key));
    } catch (DateTimeParseException e) {
      throw json.invalid(key, "a time such as 2026-01-31T12:00:00Z");
    }
  }
}
