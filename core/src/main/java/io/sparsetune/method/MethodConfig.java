package io.sparsetune.method;

import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskRange;
import java.util.Optional;

/**
 * The {@code method} section of a configuration: which rule chooses the mask, of which tensors and
 * within what budget.
 *
 * @param name one of {@link Methods#names()}
 * @param budget present for a method that has one
 * @param options values of the method's own keys
 */
public record MethodConfig(
    String name, Optional<MaskBudget> budget, MaskRange range, MethodOptions options) {

  /** The rule of that name. */
  public MaskMethod method() {
    return Methods.named(name);
  }
}
