package io.sparsetune.model;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * A model to train: an encoder, its head and its loss.
 *
 * @param outputs scores of an example: one a label or a choice; 1 for regression
 */
public record ModelSpec(
    EncoderConfig encoder, Pooling pooling, int outputs, Loss loss, Dropout dropout)
    implements Serializable {

  public ModelSpec {
    boolean fits =
        switch (loss) {
          case CROSS_ENTROPY -> outputs > 0;
          case CHOICE_CROSS_ENTROPY -> outputs > 1;
          case MEAN_SQUARED_ERROR -> outputs == 1;
        };
    if (!fits) {
      throw new IllegalArgumentException("Invalid number of outputs: " + outputs + " for " + loss);
    }
  }

  /** The tensors in Hugging Face's {@code named_parameters()} order, without the model's prefix. */
  public ParameterLayout layout() {
    EncoderConfig c = encoder;
    int h = c.hiddenSize();
    List<TensorSpec> tensors = new ArrayList<>();
    String e = "embeddings.";
    tensors.add(
        TensorSpec.of(e + "word_embeddings.weight", Part.EMBEDDINGS, c.vocabularySize(), h));
    tensors.add(
        TensorSpec.of(e + "position_embeddings.weight", Part.EMBEDDINGS, c.maxPositions(), h));
    tensors.add(
        TensorSpec.of(
            e + "token_type_embeddings.weight", Part.EMBEDDINGS, c.typeVocabularySize(), h));
    layerNorm(tensors, e + "LayerNorm", Part.EMBEDDINGS, h);
    for (int i = 0; i < c.layers(); i++) {
      String layer = "encoder.layer." + i + ".";
      for (String projection : List.of("query", "key", "value")) {
        linear(tensors, layer + "attention.self." + projection, Part.ENCODER, h, h);
      }
      linear(tensors, layer + "attention.output.dense", Part.ENCODER, h, h);
      layerNorm(tensors, layer + "attention.output.LayerNorm", Part.ENCODER, h);
      linear(tensors, layer + "intermediate.dense", Part.ENCODER, c.intermediateSize(), h);
      linear(tensors, layer + "output.dense", Part.ENCODER, h, c.intermediateSize());
      layerNorm(tensors, layer + "output.LayerNorm", Part.ENCODER, h);
    }
    if (pooling == Pooling.POOLER) {
      linear(tensors, "pooler.dense", Part.HEAD, h, h);
    }
    int rows = outputs / sequences();
    if (hasRobertaHead()) {
      linear(tensors, "classifier.dense", Part.HEAD, h, h);
      linear(tensors, "classifier.out_proj", Part.HEAD, rows, h);
    } else {
      linear(tensors, "classifier", Part.HEAD, rows, h);
    }
    return new ParameterLayout(tensors);
  }

  /** Sequences of an example: one for each choice, or a single one. */
  public int sequences() {
    return loss == Loss.CHOICE_CROSS_ENTROPY ? outputs : 1;
  }

  /** RoBERTa's own classification head, with a dense layer of its own. */
  public boolean hasRobertaHead() {
    return encoder.architecture() == Architecture.ROBERTA && pooling == Pooling.CLS;
  }

  private static void linear(List<TensorSpec> tensors, String name, Part part, int out, int in) {
    tensors.add(TensorSpec.of(name + ".weight", part, out, in));
    tensors.add(TensorSpec.of(name + ".bias", part, out));
  }

  private static void layerNorm(List<TensorSpec> tensors, String name, Part part, int size) {
    tensors.add(TensorSpec.of(name + ".weight", part, size));
    tensors.add(TensorSpec.of(name + ".bias", part, size));
  }
}
