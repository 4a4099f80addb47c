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
 * @param equivalent what is added to the encoder
 * @param precision of the products
 * @param classifierStart of the last layer; of any use only where the base has one
 */
public record ModelSpec(
    EncoderConfig encoder,
    Pooling pooling,
    int outputs,
    Loss loss,
    Dropout dropout,
    EquivalentModel equivalent,
    Precision precision,
    ClassifierStart classifierStart)
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
    if (classifierStart instanceof ClassifierStart.Permuted permuted
        && (loss != Loss.CROSS_ENTROPY || permuted.rows().size() != outputs)) {
      throw new IllegalArgumentException(
          "Invalid start of the classifier: %d rows for %d outputs of %s"
              .formatted(permuted.rows().size(), outputs, loss));
    }
    if (equivalent instanceof EquivalentModel.Lora lora) {
      lora.modules(encoder);
    }
    if (equivalent instanceof EquivalentModel.Adapter adapter
        && adapter.size() > encoder.hiddenSize()) {
      throw new IllegalArgumentException(
          "Invalid adapter: size %d is above the hidden size, %d"
              .formatted(adapter.size(), encoder.hiddenSize()));
    }
  }

  /** A classifier that starts from the base's rows in their order where there are as many. */
  public ModelSpec(
      EncoderConfig encoder,
      Pooling pooling,
      int outputs,
      Loss loss,
      Dropout dropout,
      EquivalentModel equivalent,
      Precision precision) {
    this(encoder, pooling, outputs, loss, dropout, equivalent, precision, ClassifierStart.IN_ORDER);
  }

  /** The pre-trained encoder with nothing added, in single precision. */
  public ModelSpec(
      EncoderConfig encoder, Pooling pooling, int outputs, Loss loss, Dropout dropout) {
    this(encoder, pooling, outputs, loss, dropout, EquivalentModel.BASE, Precision.FP32);
  }

  /** The same model with something else added to the encoder. */
  public ModelSpec with(EquivalentModel other) {
    return new ModelSpec(
        encoder, pooling, outputs, loss, dropout, other, precision, classifierStart);
  }

  /** The same model with another dropout; LoRA's own stays. */
  public ModelSpec with(Dropout other) {
    return new ModelSpec(
        encoder, pooling, outputs, loss, other, equivalent, precision, classifierStart);
  }

  /** The same model computed in another precision. */
  public ModelSpec with(Precision other) {
    return new ModelSpec(
        encoder, pooling, outputs, loss, dropout, equivalent, other, classifierStart);
  }

  /** The same model with another start of its classifier. */
  public ModelSpec with(ClassifierStart other) {
    return new ModelSpec(encoder, pooling, outputs, loss, dropout, equivalent, precision, other);
  }

  /**
   * The tensors in Hugging Face's {@code named_parameters()} order, without the model's prefix; an
   * added one stands beside the layer that it is added to.
   */
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
    AddedTensors added = new AddedTensors(equivalent, c);
    for (LinearModule module : LinearModule.of(c)) {
      linear(tensors, module.name(), Part.ENCODER, module.out(), module.in());
      tensors.addAll(added.after(module.name(), module.out(), module.in()));
      if (module.isNamed("output.dense")) {
        String block = module.name().substring(0, module.name().length() - "dense".length());
        layerNorm(tensors, block + "LayerNorm", Part.ENCODER, h);
      }
    }
    if (pooling == Pooling.POOLER) {
      linear(tensors, "pooler.dense", Part.HEAD, h, h);
    }
    int rows = outputs / sequences();
    if (hasRobertaHead()) {
      linear(tensors, "classifier.dense", Part.HEAD, h, h);
    }
    linear(tensors, classifier(), Part.HEAD, rows, h);
    return new ParameterLayout(tensors);
  }

  /** Sequences of an example: one for each choice, or a single one. */
  public int sequences() {
    return loss == Loss.CHOICE_CROSS_ENTROPY ? outputs : 1;
  }

  /**
   * What an added tensor starts as, row-major; all that the added tensors give together is zero.
   *
   * @param tensor index in {@link #layout}, of part {@link Part#ADDED}
   * @param seed of the run
   */
  public float[] initial(int tensor, long seed) {
    return AddedTensors.initial(layout().tensor(tensor), tensor, seed);
  }

  /** The last layer's name, which is the classifier's: its rows are the outputs. */
  public String classifier() {
    return hasRobertaHead() ? "classifier.out_proj" : "classifier";
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
