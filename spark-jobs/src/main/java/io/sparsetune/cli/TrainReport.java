package io.sparsetune.cli;

import io.sparsetune.job.TrainJob;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a finished training says at its end. */
final class TrainReport {
  private TrainReport() {}

  static List<String> lines(TrainJob.Result result) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "Trained %,d of %,d parameters (%.4f%%) and a head of %,d in %,d steps; kept step %,d.",
            result.k(),
            result.n(),
            100.0 * result.k() / result.n(),
            result.head(),
            result.steps(),
            result.bestStep()));
    scores("Validation", result.metric(), result.validation(), lines);
    scores("Test", result.metric(), result.test(), lines);
    if (!result.trafficLine().isEmpty()) {
      lines.add("Traffic: " + result.trafficLine());
    }
    lines.add("Run: " + result.output() + ", delta sha256 " + result.deltaSha256());
    lines.add("Next: bin/sparsetune evaluate " + result.output() + " --data FILE");
    return lines;
  }

  /** The scores alone. */
  static List<String> brief(TrainJob.Result result) {
    List<String> lines = new ArrayList<>();
    scores("Validation", result.metric(), result.validation(), lines);
    scores("Test", result.metric(), result.test(), lines);
    return lines;
  }

  private static void scores(
      String data, String metric, Map<String, Double> scores, List<String> lines) {
    if (scores.containsKey(metric)) {
      lines.add(data + ": " + scores(metric, scores));
    }
  }

  /** The task's metric first, then the others. */
  static String scores(String metric, Map<String, Double> scores) {
    String others =
        scores.entrySet().stream()
            .filter(entry -> !entry.getKey().equals(metric))
            .map(entry -> score(entry.getKey(), entry.getValue()))
            .collect(Collectors.joining(", "));
    return score(metric, scores.getOrDefault(metric, Double.NaN))
        + (others.isEmpty() ? "" : " (" + others + ")");
  }

  private static String score(String name, double value) {
    return String.format(Locale.ROOT, "%s %.4f", name, value);
  }
}
