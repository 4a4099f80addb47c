package io.sparsetune.cli;

import io.sparsetune.job.DryRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What {@code train --dry-run} says: what a run would do and need. */
final class DryRunReport {
  private DryRunReport() {}

  static List<String> lines(DryRun run) {
    List<String> lines = new ArrayList<>();
    lines.add("Configuration, with every default:");
    run.config().lines().map(line -> "  " + line).forEach(lines::add);
    lines.add("A sample of the training data:");
    run.sample().stream().map(row -> "  " + row).forEach(lines::add);
    lines.add(
        text(
            "Data: %,d training, %,d validation, %,d test rows; %,d texts cut at the maximum length.",
            run.trainExamples(), run.validationExamples(), run.testExamples(), run.truncated()));
    lines.add(
        text(
            "Trained: %,d of %,d parameters (%.4f%%) and a head of %,d.",
            run.k(), run.n(), 100.0 * run.k() / run.n(), run.head()));
    lines.add(
        text(
            "Steps: %,d (%,d an epoch), an evaluation every %,d; %,d tasks a step.",
            run.steps(), run.stepsPerEpoch(), run.evalSteps(), run.tasks()));
    lines.add(
        text(
            "Bytes a step: %,d down to each executor, %,d up from each task (dense: %,d each way).",
            run.bytesDown(), run.bytesUp(), run.bytesDense()));
    lines.add("Memory: " + run.memory());
    run.warnings().stream().map(warning -> "Warning: " + warning).forEach(lines::add);
    return lines;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
