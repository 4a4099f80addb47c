package io.sparsetune.method;

import io.sparsetune.keys.Key;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of steps, said in steps or in epochs.
 *
 * @param count at least 1
 */
public record StepCount(int count, boolean ofEpochs) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,9}) (epoch|step)s?");

  /** Like {@code 1 epoch} and {@code 200 steps}. */
  public static Key<String> key(String name) {
    return new Key<>(
        name,
        "a whole number of epochs or steps above 0, such as 1 epoch or 200 steps",
        Optional.empty(),
        "—",
        "",
        node -> Key.string(node).filter(text -> parse(text).isPresent()));
  }

  private static Optional<StepCount> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches() && Integer.parseInt(matcher.group(1)) > 0
        ? Optional.of(
            new StepCount(Integer.parseInt(matcher.group(1)), matcher.group(2).equals("epoch")))
        : Optional.empty();
  }

  /**
   * @throws IllegalArgumentException where the text is none
   */
  public static StepCount of(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("Invalid number of steps: " + text));
  }

  /**
   * Steps of some epochs, rounded up, of the decimal number as it is written: .07 of 100 is 7.
   *
   * @return at most what a long holds
   */
  public static long ofEpochs(double epochs, int stepsPerEpoch) {
    return BigDecimal.valueOf(epochs)
        .multiply(BigDecimal.valueOf(stepsPerEpoch))
        .setScale(0, RoundingMode.CEILING)
        .min(BigDecimal.valueOf(Long.MAX_VALUE))
        .longValueExact();
  }

  /** In steps; at most what an int holds. */
  public int steps(int stepsPerEpoch) {
    return (int) Math.min(Integer.MAX_VALUE, (long) count * (ofEpochs ? stepsPerEpoch : 1));
  }
}
