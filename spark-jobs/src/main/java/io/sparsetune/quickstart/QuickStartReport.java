package io.sparsetune.quickstart;

import io.sparsetune.job.TrainJob;
import io.sparsetune.quickstart.GrammarSplit.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the quick start says at its end. */
final class QuickStartReport {
  private final QuickStartRequest request;

  QuickStartReport(QuickStartRequest request) {
    this.request = request;
  }

  /** The result beside what guessing the more frequent label would give. */
  List<String> result(TrainJob.Result result, GrammarSplit split) {
    List<String> lines = new ArrayList<>();
    lines.add("");
    lines.add(
        "Trained %,d of %,d encoder parameters (%.2f %%) and a head of %,d; kept step %,d of %,d."
            .formatted(
                result.k(),
                result.n(),
                100.0 * result.k() / result.n(),
                result.head(),
                result.bestStep(),
                result.steps()));
    lines.add("             Matthews   accuracy   more frequent label's accuracy");
    lines.add(line("validation", result.validation(), split.validation()));
    lines.add(line("test", result.test(), split.test()));
    if (!result.trafficLine().isEmpty()) {
      lines.add(result.trafficLine());
    }
    if (request.length() == Length.SHORT) {
      lines.add(
          "This was the short form: a few steps on a few sentences, so the figures mean nothing.");
    }
    return lines;
  }

  private static String line(String part, Map<String, Double> scores, List<Row> rows) {
    int most = GrammarSplit.counts(rows).values().stream().mapToInt(c -> c).max().orElse(0);
    return "%-12s %8.4f   %8.4f   %8.4f"
        .formatted(
            part,
            scores.getOrDefault("matthews", Double.NaN),
            scores.getOrDefault("accuracy", Double.NaN),
            rows.isEmpty() ? Double.NaN : (double) most / rows.size());
  }

  /** Three commands to try. */
  List<String> next() {
    return List.of(
        "",
        "Next:",
        "  bin/sparsetune inspect " + shown(request.run()),
        "  bin/sparsetune predict %s --data %s --out %s"
            .formatted(
                shown(request.run()),
                shown(request.data().resolve("test.jsonl")),
                shown(request.folder().resolve("predictions"))),
        "  bin/sparsetune train %s --set method.sparsity=0.005 --set output=%s"
            .formatted(shown(request.config()), shown(request.folder().resolve("run-0.005"))));
  }

  /** As short as it can be said from here, ready for a shell. */
  private static String shown(Path path) {
    Path here = Path.of("").toAbsolutePath();
    String text = (path.startsWith(here) ? here.relativize(path) : path).toString();
    return text.matches("[\\w./,:=@%+-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
