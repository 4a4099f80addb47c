package io.sparsetune.batch;

import io.sparsetune.text.Tokens;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A row as the model sees it. Ordered by {@link RowHash}, examples have their ranks. Immutable by
 * convention: arrays are its own.
 *
 * @param tokenIds [tokens] of its sequences end to end, at least one token each
 * @param typeIds [tokens]
 * @param starts [sequences + 1]: one sequence, or one for each choice
 * @param target the index of the label or choice, or the value for regression
 */
public record EncodedExample(
    RowHash hash, int[] tokenIds, int[] typeIds, int[] starts, float target)
    implements Serializable {

  public EncodedExample {
    boolean fits = starts.length > 1 && typeIds.length == tokenIds.length;
    for (int s = 1; s < starts.length; s++) {
      fits &= starts[s - 1] < starts[s];
    }
    if (!fits || starts[0] != 0 || starts[starts.length - 1] != tokenIds.length) {
      throw new IllegalArgumentException(
          "Invalid example: %d tokens, %d types, sequences at %s"
              .formatted(tokenIds.length, typeIds.length, Arrays.toString(starts)));
    }
  }

  /** An example of one sequence. */
  public EncodedExample(RowHash hash, int[] tokenIds, int[] typeIds, float target) {
    this(hash, tokenIds, typeIds, new int[] {0, tokenIds.length}, target);
  }

  /** An example of the sequences given: one, or one for each choice. */
  public static EncodedExample of(RowHash hash, List<Tokens> sequences, float target) {
    int[] starts = new int[sequences.size() + 1];
    for (int s = 0; s < sequences.size(); s++) {
      starts[s + 1] = Math.addExact(starts[s], sequences.get(s).length());
    }
    return new EncodedExample(
        hash,
        sequences.stream().flatMapToInt(tokens -> Arrays.stream(tokens.ids())).toArray(),
        sequences.stream().flatMapToInt(tokens -> Arrays.stream(tokens.typeIds())).toArray(),
        starts,
        target);
  }

  public int sequences() {
    return starts.length - 1;
  }
}
