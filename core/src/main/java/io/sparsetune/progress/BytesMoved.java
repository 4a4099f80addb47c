package io.sparsetune.progress;

/**
 * What went between the driver and the executors so far, in sparse steps alone; dense rounds are
 * counted by themselves.
 *
 * @param down bytes from the driver: values and tasks
 * @param up bytes to the driver: sums
 * @param steps how many steps that was
 * @param rounds what dense rounds moved
 */
public record BytesMoved(long down, long up, long steps, RoundBytes rounds) {
  public BytesMoved(long down, long up, long steps) {
    this(down, up, steps, RoundBytes.NONE);
  }

  /** Both together. */
  public BytesMoved plus(BytesMoved more) {
    return new BytesMoved(
        down + more.down, up + more.up, steps + more.steps, rounds.plus(more.rounds));
  }

  /** The same with what rounds moved. */
  public BytesMoved with(RoundBytes ofRounds) {
    return new BytesMoved(down, up, steps, ofRounds);
  }
}
