package io.sparsetune.job;

/** The fate of a run that is in the output folder already. */
public enum Existing {
  /**
   * An unfinished run goes on, unless another command is at work on it; a finished one of the same
   * configuration is the result.
   */
  GO_ON,
  /** The same, and another command that is at work on it ends at its next write. */
  TAKE_OVER,
  /** The run is replaced; its files go before training begins. */
  OVERWRITE
}
