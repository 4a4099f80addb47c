package io.sparsetune.pretrained;

import io.sparsetune.model.Pooling;
import java.util.Optional;

/**
 * How a model of sentence-transformers makes a text's vector of its tokens'.
 *
 * @param file that says so, in the model's folder
 * @param mode in sentence-transformers' words; several are joined by a plus sign
 */
public record SentencePooling(String file, String mode) {

  /** The same here; empty for a mode that is not known. */
  public Optional<Pooling> pooling() {
    return switch (mode) {
      case "cls" -> Optional.of(Pooling.CLS);
      case "mean" -> Optional.of(Pooling.MEAN);
      default -> Optional.empty();
    };
  }
}
