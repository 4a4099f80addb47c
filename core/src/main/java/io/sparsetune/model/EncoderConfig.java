package io.sparsetune.model;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import java.io.Serializable;

/** The sizes of an encoder, from Hugging Face's {@code config.json}. */
public record EncoderConfig(
    Architecture architecture,
    int vocabularySize,
    int hiddenSize,
    int layers,
    int heads,
    int intermediateSize,
    Activation activation,
    int maxPositions,
    int typeVocabularySize,
    int padTokenId,
    double layerNormEps)
    implements Serializable {

  public EncoderConfig {
    if (vocabularySize <= 0
        || hiddenSize <= 0
        || layers <= 0
        || heads <= 0
        || intermediateSize <= 0
        || maxPositions <= 0
        || typeVocabularySize <= 0
        || padTokenId < 0
        || !(layerNormEps > 0)) {
      throw new IllegalArgumentException("Invalid encoder sizes: they must be positive");
    }
    if (hiddenSize % heads != 0) {
      throw new IllegalArgumentException(
          "Invalid encoder sizes: hidden_size %d is not a multiple of num_attention_heads %d"
              .formatted(hiddenSize, heads));
    }
  }

  /**
   * The encoder's tensors and the embeddings', without any head.
   *
   * @throws IllegalArgumentException for more parameters than a layout may have
   */
  public ParameterLayout layout() {
    ModelSpec smallest = new ModelSpec(this, Pooling.MEAN, 1, Loss.CROSS_ENTROPY, Dropout.NONE);
    return new ParameterLayout(
        smallest.layout().tensors().stream().filter(t -> t.part() != Part.HEAD).toList());
  }

  /** Features of one attention head. */
  public int headSize() {
    return hiddenSize / heads;
  }

  /** Longest sequence of tokens the position embeddings have room for. */
  public int maxTokens() {
    return architecture == Architecture.ROBERTA ? maxPositions - padTokenId - 1 : maxPositions;
  }
}
