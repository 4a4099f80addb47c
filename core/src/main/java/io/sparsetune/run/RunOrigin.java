package io.sparsetune.run;

import io.sparsetune.compose.ComposeReport;
import io.sparsetune.compose.Rule;
import io.sparsetune.files.KeyName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How a run came to be. */
public sealed interface RunOrigin {
  /** The only value of its kind. */
  Trained TRAINED = new Trained();

  /** A run that was trained here. */
  record Trained() implements RunOrigin {}

  /**
   * A run that was an adapter of another library.
   *
   * @param path of the adapter
   * @param format of the adapter
   * @param sha256 of its weights
   */
  record Imported(String path, String format, String sha256) implements RunOrigin {

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("path", path);
      json.put("format", format);
      json.put("sha256", sha256);
      return json;
    }

    static Imported read(JsonFields json) {
      return new Imported(json.text("path"), json.text("format"), json.text("sha256"));
    }
  }

  /**
   * A run that was made of others.
   *
   * @param density share of each run's increments that TIES keeps; empty for other rules
   */
  record Composed(Rule rule, OptionalDouble density, List<Part> runs, ComposeReport report)
      implements RunOrigin {

    /**
     * One of the runs.
     *
     * @param head whether the result has its head
     */
    public record Part(String path, String runId, boolean head) {

      private Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("path", path);
        json.put("run_id", runId);
        json.put("head", head);
        return json;
      }

      private static Part read(JsonFields json) {
        return new Part(json.text("path"), json.text("run_id"), json.truth("head"));
      }
    }

    public Composed {
      runs = List.copyOf(runs);
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("rule", KeyName.of(rule));
      density.ifPresent(share -> json.put("density", share));
      json.put("runs", runs.stream().map(Part::json).toList());
      json.put("union", report.union());
      json.put("shared", report.shared());
      json.put("conflicting", report.conflicting());
      json.put("pairs", report.pairs().stream().map(Composed::json).toList());
      return json;
    }

    private static Map<String, Object> json(ComposeReport.Pair pair) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("runs", List.of(pair.first(), pair.second()));
      json.put("both", pair.both());
      json.put("conflicting", pair.conflicting());
      json.put("jaccard", pair.jaccard());
      return json;
    }

    static Composed read(JsonFields json) {
      List<ComposeReport.Pair> pairs = new ArrayList<>();
      json.objects("pairs").forEach(pair -> pairs.add(pair(pair)));
      return new Composed(
          rule(json),
          json.has("density") ? OptionalDouble.of(json.number("density")) : OptionalDouble.empty(),
          json.objects("runs").stream().map(Part::read).toList(),
          new ComposeReport(
              json.whole("union"), json.whole("shared"), json.whole("conflicting"), pairs));
    }

    private static Rule rule(JsonFields json) {
      for (Rule rule : Rule.values()) {
        if (KeyName.of(rule).equals(json.text("rule"))) {
          return rule;
        }
      }
      throw json.invalid("rule", "add, mean or ties");
    }

    private static ComposeReport.Pair pair(JsonFields json) {
      List<String> runs = json.texts("runs");
      if (runs.size() != 2) {
        throw json.invalid("runs", "two run ids");
      }
      return new ComposeReport.Pair(
          runs.get(0),
          runs.get(1),
          json.whole("both"),
          json.whole("conflicting"),
          json.number("jaccard"));
    }
  }
}
