package io.sparsetune.config;

import io.sparsetune.model.Pooling;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * @param path a Hugging Face folder, or an {@code .onnx} file with {@code tokenizer.json} beside it
 * @param pooling empty for the architecture's own: POOLER for BERT, CLS for RoBERTa
 * @param hiddenDropout attentionDropout, classifierDropout: empty for the model's own
 */
public record ModelConfig(
    String path,
    Optional<Pooling> pooling,
    OptionalDouble hiddenDropout,
    OptionalDouble attentionDropout,
    OptionalDouble classifierDropout) {

  ModelConfig with(Pooling other) {
    return new ModelConfig(
        path, Optional.of(other), hiddenDropout, attentionDropout, classifierDropout);
  }
}
