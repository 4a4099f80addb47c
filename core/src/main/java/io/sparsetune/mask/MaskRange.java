package io.sparsetune.mask;

import java.util.List;

/**
 * Which tensors a mask may choose from, as a configuration says it.
 *
 * @param include patterns of tensor names ({@code *} matches anything); {@code embeddings} for all
 *     of them
 * @param exclude patterns of tensor names
 * @param linearOnly weights of linear layers alone
 * @param head whether the head's tensors compete with the others; else they are trained whole
 */
public record MaskRange(
    List<String> include, List<String> exclude, boolean linearOnly, boolean head) {

  /** In {@code method.include}: all of the embeddings. */
  public static final String EMBEDDINGS = "embeddings";

  /** {@code method.include} of most methods where it is not given. */
  public static final List<String> DEFAULT_INCLUDE = List.of("encoder.layer.*");

  /** {@code method.include} of methods that train the whole model where it is not given. */
  public static final List<String> EVERYTHING = List.of("encoder.layer.*", EMBEDDINGS);

  public MaskRange {
    include = List.copyOf(include);
    exclude = List.copyOf(exclude);
  }
}
