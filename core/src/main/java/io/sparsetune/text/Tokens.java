package io.sparsetune.text;

/**
 * A text, or a pair of texts, as the model takes it: with its special tokens, without padding.
 *
 * @param ids [tokens]
 * @param typeIds [tokens]: 0 for the first text, 1 for the second where the model tells them apart
 * @param truncated whether the text was longer and its end has been left out
 */
public record Tokens(int[] ids, int[] typeIds, boolean truncated) {
  public int length() {
    return ids.length;
  }
}
