package io.sparsetune.pretrained;

import java.util.List;

/**
 * Where a head's initial values come from.
 *
 * @param loaded modules whose weight and bias the base model has, in the shape asked for
 * @param initialised modules that are drawn anew: weights N(0, 0.02), biases 0
 */
public record HeadOrigin(List<String> loaded, List<String> initialised) {
  public HeadOrigin {
    loaded = List.copyOf(loaded);
    initialised = List.copyOf(initialised);
  }
}
