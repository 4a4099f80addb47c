package io.sparsetune.method;

/** What a method has to see before it can choose a mask. */
public enum Evidence {
  NOTHING,
  /** |θ⁰|. */
  BASE_VALUES,
  /** Sums of gradients, or of their squares, at θ⁰: a score round. */
  SCORE_SUMS,
  /** How far dense rounds move each parameter from θ⁰. */
  DENSE_ROUNDS
}
