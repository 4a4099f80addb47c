package io.sparsetune.cli;

import java.util.Locale;
import java.util.Optional;

/**
 * How far a run is, as one line.
 *
 * @param step steps done
 * @param steps steps planned
 * @param loss mean loss of the latest steps
 * @param tokensPerSecond of the latest steps
 * @param secondsLeft estimated; negative where nothing is known yet
 * @param score the latest evaluation, such as {@code matthews 0.412}
 */
record ProgressLine(
    long step,
    long steps,
    double loss,
    double tokensPerSecond,
    double secondsLeft,
    Optional<String> score) {
  private static final int BAR = 24;

  /** With a bar, cut to the width of the screen. */
  String bar(int width) {
    int done = steps == 0 ? BAR : (int) Math.min(BAR, BAR * step / steps);
    String line = "[" + "=".repeat(done) + " ".repeat(BAR - done) + "] " + plain();
    return line.length() < width ? line : line.substring(0, Math.max(0, width - 1));
  }

  String plain() {
    StringBuilder line = new StringBuilder();
    line.append(String.format(Locale.ROOT, "step %d/%d", step, steps));
    if (!Double.isNaN(loss)) {
      line.append(String.format(Locale.ROOT, ", loss %.4f", loss));
    }
    if (tokensPerSecond > 0) {
      line.append(", ").append(rate(tokensPerSecond));
    }
    score.ifPresent(text -> line.append(", ").append(text));
    if (secondsLeft >= 0) {
      line.append(", ").append(duration(secondsLeft)).append(" left");
    }
    return line.toString();
  }

  static String rate(double tokensPerSecond) {
    return tokensPerSecond < 10_000
        ? String.format(Locale.ROOT, "%.0f tokens/s", tokensPerSecond)
        : String.format(Locale.ROOT, "%.1fk tokens/s", tokensPerSecond / 1000);
  }

  static String duration(double seconds) {
    long whole = Math.max(0, Math.round(seconds));
    return whole < 3600
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : String.format(Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60);
  }
}
