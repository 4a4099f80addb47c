package io.sparsetune.progress;

import io.sparsetune.mask.Mask;
import java.util.List;

/**
 * What will be trained.
 *
 * @param parameters n, those the mask ranges over
 * @param mask k positions, the head not among them
 * @param trained mask and head
 * @param warnings for the user
 */
public record MaskReport(long parameters, Mask mask, Mask trained, List<String> warnings) {
  public MaskReport {
    warnings = List.copyOf(warnings);
  }

  /** Parameters of the head that are trained beside the mask. */
  public int head() {
    return trained.size() - mask.size();
  }
}
