package io.sparsetune.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The rows that a run reads.
 *
 * @param sha256 of the content of training and validation rows; empty where an older version did
 *     not record it
 * @param train the rows to train on
 * @param validation empty for a run without them
 * @param test empty for a run without them
 * @param testSha256 of the content of the test rows
 */
public record RunData(
    Optional<String> sha256,
    Optional<Rows> train,
    Optional<Rows> validation,
    Optional<Rows> test,
    Optional<String> testSha256) {
  /** The rows to train on, by the name that files give them. */
  public static final String TRAIN = "train";

  /** The rows that choose the best step. */
  public static final String VALIDATION = "validation";

  /** The rows that the finished model is scored on. */
  public static final String TEST = "test";

  private static final String SHA256 = "sha256";

  /**
   * Counts of rows.
   *
   * @param examples rows that are used
   * @param skipped rows that cannot be used
   * @param truncated used rows whose text is longer than allowed
   */
  public record Rows(long examples, long skipped, long truncated) {

    private Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("examples", examples);
      json.put("skipped", skipped);
      json.put("truncated", truncated);
      return json;
    }

    private static Rows read(JsonFields json) {
      return new Rows(json.whole("examples"), json.whole("skipped"), json.whole("truncated"));
    }
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    sha256.ifPresent(hash -> json.put(SHA256, hash));
    train.ifPresent(rows -> json.put(TRAIN, rows.json()));
    validation.ifPresent(rows -> json.put(VALIDATION, rows.json()));
    if (test.isPresent() || testSha256.isPresent()) {
      Map<String, Object> rows = new LinkedHashMap<>();
      test.ifPresent(counts -> rows.putAll(counts.json()));
      // The validation's hash is part of the data's.
      testSha256.ifPresent(hash -> rows.put(SHA256, hash));
      json.put(TEST, rows);
    }
    return json;
  }

  static RunData read(JsonFields json) {
    Optional<JsonFields> test = json.optional(TEST);
    return new RunData(
        json.optionalText(SHA256),
        json.optional(TRAIN).map(Rows::read),
        json.optional(VALIDATION).map(Rows::read),
        test.filter(rows -> rows.has("examples")).map(Rows::read),
        test.flatMap(rows -> rows.optionalText(SHA256)));
  }
}
