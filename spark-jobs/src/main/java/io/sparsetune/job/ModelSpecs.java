package io.sparsetune.job;

import io.sparsetune.config.ModelConfig;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TaskConfig.TaskType;
import io.sparsetune.error.ConfigException;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.BaseModel;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.task.Labels;
import java.util.Optional;

/** The model that a configuration, a base and a task's labels make. */
final class ModelSpecs {
  private ModelSpecs() {}

  /**
   * @param labels of a classification; empty for regression
   * @throws ConfigException where the configuration does not fit the base
   */
  static ModelSpec of(RunConfig config, BaseModel base, Optional<Labels> labels) {
    EncoderConfig encoder = base.encoder();
    checkLength(config.data().maxSeqLength(), encoder);
    TaskType task = config.task().type();
    // RobertaForMultipleChoice of transformers has a pooler, unlike its classifier.
    boolean cls =
        encoder.architecture() == Architecture.ROBERTA && task != TaskType.MULTIPLE_CHOICE;
    Pooling own = cls ? Pooling.CLS : Pooling.POOLER;
    return new ModelSpec(
        encoder,
        config.model().pooling().orElse(own),
        labels.map(Labels::size).orElse(1),
        task.loss(),
        dropout(config.model(), base.dropout()),
        config.method().equivalentModel(encoder),
        config.training().precision());
  }

  /**
   * @throws ConfigException for more tokens than the base has positions
   */
  static void checkLength(int maxSeqLength, EncoderConfig encoder) {
    if (maxSeqLength > encoder.maxTokens()) {
      throw new ConfigException(
          "Invalid data.max_seq_length: %d; the base model has positions for %d tokens"
              .formatted(maxSeqLength, encoder.maxTokens()));
    }
  }

  private static Dropout dropout(ModelConfig config, Dropout own) {
    return new Dropout(
        config.hiddenDropout().orElse(own.hidden()),
        config.attentionDropout().orElse(own.attention()),
        config.classifierDropout().orElse(own.classifier()));
  }
}
