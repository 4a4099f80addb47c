package io.sparsetune.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.method.MethodConfig;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run reads, told apart by content.
 *
 * @param hashes SHA-256 of each thing that is read, by what messages call it; what an older version
 *     did not record is missing
 */
public record RunInputs(Map<String, String> hashes) {
  private static final String BASE = "the weights of model.path";
  private static final String DATA = "the rows of data.train or data.validation";
  private static final String TEST = "the rows of data.test";

  /** In {@code run.json}. */
  static final String SHA256 = "sha256";

  /** In {@code run.json}: hashes of what the method's keys name, by key. */
  static final String METHOD_FILES = "method_files";

  public RunInputs {
    hashes = Map.copyOf(hashes);
  }

  /**
   * @param base its fingerprint
   */
  static RunInputs of(Preparation run, String base) {
    Map<String, String> hashes = new TreeMap<>();
    hashes.put(BASE, base);
    hashes.put(DATA, run.dataHash());
    run.hash(Preparation.TEST).ifPresent(hash -> hashes.put(TEST, hash));
    return new RunInputs(hashes);
  }

  /** Those and what the keys of a method name. */
  RunInputs with(MethodConfig method) {
    Map<String, String> more = new TreeMap<>(hashes);
    methodFiles(method).forEach((key, hash) -> more.put(named(key), hash));
    return new RunInputs(more);
  }

  /**
   * @param method whose files were opened
   */
  static Map<String, String> methodFiles(MethodConfig method) {
    Map<String, String> files = new TreeMap<>();
    method.method().contents(method.options()).forEach((key, hash) -> files.put(key.name(), hash));
    return files;
  }

  /**
   * @param run the content of {@code run.json}
   */
  static RunInputs recorded(JsonNode run) {
    Map<String, String> hashes = new TreeMap<>();
    put(hashes, BASE, run.path("base").path(SHA256));
    put(hashes, DATA, run.path("data").path(SHA256));
    put(hashes, TEST, run.path("data").path(Preparation.TEST).path(SHA256));
    run.path(METHOD_FILES)
        .properties()
        .forEach(file -> put(hashes, named(file.getKey()), file.getValue()));
    return new RunInputs(hashes);
  }

  private static void put(Map<String, String> hashes, String name, JsonNode hash) {
    if (hash.isTextual()) {
      hashes.put(name, hash.asText());
    }
  }

  private static String named(String key) {
    return "what " + key + " names";
  }

  /** What is another thing there, in words and in order. */
  public List<String> differences(RunInputs other) {
    return new TreeMap<>(hashes)
        .entrySet().stream()
            .filter(
                mine ->
                    !other
                        .hashes
                        .getOrDefault(mine.getKey(), mine.getValue())
                        .equals(mine.getValue()))
            .map(Map.Entry::getKey)
            .toList();
  }
}
