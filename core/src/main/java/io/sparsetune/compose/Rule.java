package io.sparsetune.compose;

/** What becomes of a position to which several deltas add something. */
public enum Rule {
  /** The sum of what they add. */
  ADD,
  /** The mean over all deltas, those that leave the position alone too. */
  MEAN,
  /**
   * TIES-Merging (Yadav et al. 2023): of each delta the largest increments are kept; the sign of
   * their sum is elected; the result is the mean of those that have it.
   */
  TIES
}
