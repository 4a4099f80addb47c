package io.sparsetune.run;

import io.sparsetune.method.MethodConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that a run reads, told apart by content.
 *
 * @param hashes SHA-256 of each thing that is read, by the name that messages give it; a thing that
 *     an older version did not record is missing
 */
public record RunInputs(Map<String, String> hashes) {
  private static final String BASE = "the weights of model.path";
  private static final String DATA = "the rows of data.train or data.validation";
  private static final String TEST = "the rows of data.test";

  public RunInputs {
    hashes = Map.copyOf(hashes);
  }

  /**
   * The inputs of a run whose method reads nothing.
   *
   * @param base its fingerprint
   * @param data hash of the training and validation rows
   * @param test hash of the test rows, where there are any
   */
  public static RunInputs of(String base, String data, Optional<String> test) {
    return of(Optional.of(base), Optional.of(data), test);
  }

  private static RunInputs of(Optional<String> base, Optional<String> data, Optional<String> test) {
    Map<String, String> hashes = new TreeMap<>();
    base.ifPresent(hash -> hashes.put(BASE, hash));
    data.ifPresent(hash -> hashes.put(DATA, hash));
    test.ifPresent(hash -> hashes.put(TEST, hash));
    return new RunInputs(hashes);
  }

  static RunInputs recorded(RunManifest run) {
    return of(
            run.base().sha256(),
            run.data().flatMap(RunData::sha256),
            run.data().flatMap(RunData::testSha256))
        .with(run.methodFiles());
  }

  /** The same and the files that the keys of a method name. */
  public RunInputs with(MethodConfig method) {
    return with(methodFiles(method));
  }

  private RunInputs with(Map<String, String> methodFiles) {
    Map<String, String> more = new TreeMap<>(hashes);
    methodFiles.forEach((key, hash) -> more.put("what " + key + " names", hash));
    return new RunInputs(more);
  }

  /**
   * The hashes of the files that a method's keys name, by key.
   *
   * @param method whose files were opened
   */
  public static Map<String, String> methodFiles(MethodConfig method) {
    Map<String, String> files = new TreeMap<>();
    method.method().contents(method.options()).forEach((key, hash) -> files.put(key.name(), hash));
    return files;
  }

  /** The things that are others there, in words and in order. */
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
