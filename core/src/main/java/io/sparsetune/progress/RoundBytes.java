package io.sparsetune.progress;

/**
 * What dense rounds and their projections moved so far.
 *
 * @param down bytes from the driver: what stands off θ⁰, and tasks
 * @param up bytes to the driver: the top-k's counts, and what is kept
 * @param shuffled bytes between tasks: the workers' states, and once the training data
 * @param rounds how many rounds that was
 */
public record RoundBytes(long down, long up, long shuffled, int rounds) {
  public static final RoundBytes NONE = new RoundBytes(0, 0, 0, 0);

  /** Both together. */
  RoundBytes plus(RoundBytes more) {
    return new RoundBytes(
        down + more.down, up + more.up, shuffled + more.shuffled, rounds + more.rounds);
  }
}
