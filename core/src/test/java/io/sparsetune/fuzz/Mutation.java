package io.sparsetune.fuzz;

/** A way to change an example of a format. */
public interface Mutation {
  byte[] apply(byte[] example, Dice dice);
}
