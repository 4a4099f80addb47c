package io.sparsetune.delta;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.model.ClassifierStart;
import io.sparsetune.model.ClassifierStart.Drawn;
import io.sparsetune.model.ClassifierStart.Permuted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A classifier's start as a delta's metadata says it; the base's own order is not said. */
final class ClassifierStartJson {
  static final String KEY = "classifier_start";
  private static final String ROWS = "rows";
  private static final String DRAWN = "drawn";

  private ClassifierStartJson() {}

  /** Empty for the base's own order. */
  static Optional<ObjectNode> write(ClassifierStart start) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    if (start instanceof Permuted permuted) {
      ArrayNode rows = json.putArray(ROWS);
      permuted.rows().forEach(row -> rows.add((int) row));
    } else if (start instanceof Drawn) {
      json.put(DRAWN, true);
    }
    return json.isEmpty() ? Optional.empty() : Optional.of(json);
  }

  /**
   * @throws CorruptFileException where it is none
   */
  static ClassifierStart read(String path, ObjectNode json) {
    if (json.size() == 1 && json.path(DRAWN).asBoolean()) {
      return ClassifierStart.DRAWN;
    }
    List<Integer> rows = new ArrayList<>();
    for (JsonNode row : json.path(ROWS)) {
      rows.add(row.canConvertToInt() && row.isIntegralNumber() ? row.asInt() : -1);
    }
    try {
      if (json.size() == 1 && json.path(ROWS).isArray()) {
        return new Permuted(rows);
      }
    } catch (IllegalArgumentException e) {
      throw invalid(path, e);
    }
    throw invalid(path, null);
  }

  private static CorruptFileException invalid(String path, IllegalArgumentException cause) {
    return new CorruptFileException(
        path, "its metadata has an invalid " + KEY + ": neither drawn nor a permutation", cause);
  }
}
