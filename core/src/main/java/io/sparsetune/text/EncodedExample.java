package io.sparsetune.text;

import java.io.Serializable;

/**
 * A row as the model sees it. Ordered by {@link RowHash}, examples have their ranks. Immutable by
 * convention: arrays are its own.
 *
 * @param tokenIds [tokens], at least one
 * @param typeIds [tokens]
 * @param target the label's index, or the value for regression
 */
public record EncodedExample(RowHash hash, int[] tokenIds, int[] typeIds, float target)
    implements Serializable {

  public EncodedExample {
    if (tokenIds.length == 0 || typeIds.length != tokenIds.length) {
      throw new IllegalArgumentException(
          "Invalid example: %d tokens, %d types".formatted(tokenIds.length, typeIds.length));
    }
  }
}
