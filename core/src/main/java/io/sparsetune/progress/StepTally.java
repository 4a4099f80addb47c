package io.sparsetune.progress;

/**
 * Sums over the steps since the last log point.
 *
 * @param steps how many steps that was
 * @param loss sum of the loss over examples
 */
public record StepTally(int steps, double loss, long examples, long tokens) {
  public static final StepTally NONE = new StepTally(0, 0, 0, 0);

  /** With another step. */
  public StepTally plus(StepReport step) {
    return new StepTally(
        steps + 1,
        loss + step.loss() * step.examples(),
        examples + step.examples(),
        tokens + step.tokens());
  }

  /** Mean over the examples. */
  public double meanLoss() {
    return loss / examples;
  }
}
