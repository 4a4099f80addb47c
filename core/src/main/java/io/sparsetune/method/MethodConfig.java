package io.sparsetune.method;

import io.sparsetune.mask.MaskBudget;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
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

  /**
   * The model that the method trains in place of the base.
   *
   * @throws io.sparsetune.error.ConfigException where it does not fit the encoder
   */
  public EquivalentModel equivalentModel(EncoderConfig encoder) {
    return method().equivalentModel(this, encoder);
  }

  /** The rule of that name, as its options make it. */
  public MaskMethod method() {
    return Methods.named(name).as(options);
  }
}
