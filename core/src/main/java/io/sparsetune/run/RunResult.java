package io.sparsetune.run;

import io.sparsetune.delta.DeltaInfo;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.JsonText;
import io.sparsetune.files.RunFiles;
import io.sparsetune.files.WrittenResult;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * {@code result.json}: the outcome of a finished run.
 *
 * @param metric the task's, by its key
 * @param scores by metric, of each of {@link RunData#VALIDATION} and {@link RunData#TEST} that
 *     there is
 * @param n parameters that the mask ranges over
 * @param k size of the mask
 * @param head parameters trained beside it
 * @param training empty for a run that was not trained here
 * @param composed the runs that it was made of, where it was
 * @param deltaSha256 of the delta's file; empty where an older version did not record it
 * @param deltaBytes length of the delta's file
 */
public record RunResult(
    String method,
    String metric,
    Map<String, Map<String, Double>> scores,
    long n,
    long k,
    long head,
    Optional<Training> training,
    Optional<RunOrigin.Composed> composed,
    Optional<String> deltaSha256,
    long deltaBytes) {

  /**
   * The training of a run.
   *
   * @param steps that were done
   * @param bestStep the step whose values were kept
   * @param rounds dense rounds, in order
   * @param warnings for the user
   * @param traffic empty where it was not measured
   * @param seconds from the first step's preparation to the end
   */
  public record Training(
      int steps,
      int bestStep,
      List<Round> rounds,
      List<String> warnings,
      Optional<Traffic> traffic,
      long seconds) {
    public Training {
      rounds = List.copyOf(rounds);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * A dense round.
   *
   * @param step steps done at its end
   * @param loss mean over the round's examples
   * @param kept positions of the mask, the head not counted
   * @param changed of those, the ones that the round before had not kept
   */
  public record Round(int step, double loss, int kept, int changed) {

    private Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("step", step);
      json.put("loss", loss);
      json.put("kept", kept);
      json.put("changed", changed);
      return json;
    }

    private static Round read(JsonFields json) {
      return new Round(
          json.count("step"), json.number("loss"), json.count("kept"), json.count("changed"));
    }
  }

  public RunResult {
    Map<String, Map<String, Double>> copy = new LinkedHashMap<>();
    scores.forEach(
        (set, values) -> copy.put(set, Collections.unmodifiableMap(new LinkedHashMap<>(values))));
    scores = Collections.unmodifiableMap(copy);
  }

  /** The result of a run that was not trained here. */
  public static RunResult of(
      SparseDelta delta, String sha256, long bytes, Optional<RunOrigin.Composed> composed) {
    DeltaInfo info = delta.info();
    return new RunResult(
        info.method(),
        info.metric().key(),
        Map.of(),
        info.n(),
        info.k(),
        delta.head(),
        Optional.empty(),
        composed,
        Optional.of(sha256),
        bytes);
  }

  /** The task's metric on a set; empty where there is none, or where it is no number. */
  public OptionalDouble score(String set) {
    return scores.getOrDefault(set, Map.of()).entrySet().stream()
        .filter(score -> score.getKey().equals(metric))
        .mapToDouble(Map.Entry::getValue)
        .filter(Double::isFinite)
        .findFirst();
  }

  /**
   * Reads {@code result.json}.
   *
   * @throws CorruptFileException for a file that {@link #text} does not write
   */
  public static RunResult read(ByteSource file) {
    JsonFields json = JsonFields.of(file.path(), WrittenResult.read(file));
    return new RunResult(
        json.text("method"),
        json.text("metric"),
        scores(json),
        json.whole("n"),
        json.whole("k"),
        json.whole("head"),
        json.has("steps") ? Optional.of(training(json)) : Optional.empty(),
        json.optional(RunManifest.COMPOSED).map(RunOrigin.Composed::read),
        json.optionalText(WrittenResult.DELTA_SHA256),
        json.whole("delta_bytes"));
  }

  private static Map<String, Map<String, Double>> scores(JsonFields json) {
    Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
    for (String set : List.of(RunData.VALIDATION, RunData.TEST)) {
      json.optional(set)
          .ifPresent(
              values -> {
                Map<String, Double> byMetric = new LinkedHashMap<>();
                values
                    .json()
                    .fieldNames()
                    .forEachRemaining(name -> byMetric.put(name, values.number(name)));
                scores.put(set, byMetric);
              });
    }
    return scores;
  }

  private static Training training(JsonFields json) {
    return new Training(
        json.count("steps"),
        json.count("best_step"),
        json.objects("rounds").stream().map(Round::read).toList(),
        json.texts("warnings"),
        json.optional("bytes").map(Traffic::read),
        json.whole("seconds"));
  }

  /** The whole file. */
  public String text() {
    String text = JsonText.pretty(json());
    // A result that could not be read back would be noticed too late.
    read(ByteSource.of(RunFiles.RESULT, text.getBytes(StandardCharsets.UTF_8)));
    return text;
  }

  private Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("method", method);
    json.put("metric", metric);
    json.putAll(scores);
    training.ifPresent(
        done -> {
          json.put("steps", done.steps());
          json.put("best_step", done.bestStep());
          if (!done.rounds().isEmpty()) {
            json.put("rounds", done.rounds().stream().map(Round::json).toList());
          }
        });
    json.put("n", n);
    json.put("k", k);
    json.put("head", head);
    if (training.isPresent() || composed.isPresent()) {
      json.put("sparsity", (double) k / n);
      json.put("sparsity_with_head", (double) (k + head) / (n + head));
    }
    training.ifPresent(done -> json.put("warnings", done.warnings()));
    composed.ifPresent(of -> json.put(RunManifest.COMPOSED, of.json()));
    deltaSha256.ifPresent(hash -> json.put(WrittenResult.DELTA_SHA256, hash));
    json.put("delta_bytes", deltaBytes);
    training.ifPresent(
        done -> {
          done.traffic().ifPresent(bytes -> json.put("bytes", bytes.json()));
          json.put("seconds", done.seconds());
        });
    return json;
  }
}
