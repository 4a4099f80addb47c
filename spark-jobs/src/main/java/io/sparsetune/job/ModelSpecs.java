package io.sparsetune.job;

import io.sparsetune.config.ModelConfig;
import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.files.KeyName;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.pretrained.SentencePooling;
import io.sparsetune.task.Labels;
import io.sparsetune.task.TaskType;
import java.util.List;
import java.util.Optional;

/** The model that a configuration, a base and a task's labels make. */
final class ModelSpecs {
  private static final String MULTI_LABEL = "multi_label_classification";

  private ModelSpecs() {}

  /**
   * @param labels of a classification; empty for regression
   * @throws ConfigException where the configuration does not fit the base
   */
  static ModelSpec of(RunConfig config, BaseModel base, Optional<Labels> labels) {
    EncoderConfig encoder = base.encoder();
    checkLength(config.data().maxSeqLength(), encoder);
    TaskType task = config.task().type();
    ModelSpec spec =
        new ModelSpec(
            encoder,
            pooling(config, base),
            labels.map(Labels::size).orElse(1),
            task.loss(),
            dropout(config.model(), base.dropout()),
            config.method().equivalentModel(encoder),
            config.training().precision());
    ModelSpec byName = base.startingByName(spec, labels.map(Labels::names).orElse(List.of()));
    requireOneLabel(byName, base);
    return byName;
  }

  /** As the configuration says, else as the model does, else as its type's own head. */
  private static Pooling pooling(RunConfig config, BaseModel base) {
    Optional<Pooling> given = config.model().pooling();
    if (given.isPresent()) {
      return given.get();
    }
    if (base.sentencePooling().isPresent()) {
      SentencePooling own = base.sentencePooling().get();
      return own.pooling()
          .orElseThrow(
              () ->
                  new ConfigException(
                      "Cannot pool as %s/%s says: %s (known are cls and mean). Say with model.pooling: mean, cls or pooler what to train instead"
                          .formatted(base.location(), own.file(), own.mode())));
    }
    // RobertaForMultipleChoice of transformers has a pooler, unlike its classifier.
    boolean cls =
        base.encoder().architecture() == Architecture.ROBERTA
            && config.task().type() != TaskType.MULTIPLE_CHOICE;
    return cls ? Pooling.CLS : Pooling.POOLER;
  }

  /** The pooling, and who says so. */
  static String poolingReport(RunConfig config, BaseModel base, ModelSpec spec) {
    String pooling = KeyName.of(spec.pooling());
    Optional<SentencePooling> own = base.sentencePooling();
    if (config.model().pooling().isEmpty()) {
      return own.map(of -> "%s (as the model's %s says)".formatted(pooling, of.file()))
          .orElse(pooling + " (the model type's own)");
    }
    return own.map(
            of ->
                "%s (as model.pooling says; the model's %s says %s)"
                    .formatted(pooling, of.file(), of.mode()))
        .orElse(pooling + " (as model.pooling says)");
  }

  /** A head of sigmoids is no start for a softmax, unless somebody says so. */
  private static void requireOneLabel(ModelSpec spec, BaseModel base) {
    boolean taken = base.headOrigin(spec).loaded().contains(spec.classifier());
    if (taken && spec.loss() == Loss.CROSS_ENTROPY && isMultiLabel(base)) {
      throw new ConfigException(
          ("Cannot go on from the classifier of %s: problem_type in its config.json is %s, but this"
                  + " task gives each example one label. To start from it all the same, set"
                  + " problem_type there to single_label_classification; to have a new one drawn,"
                  + " take id2label out of it")
              .formatted(base.location(), MULTI_LABEL));
    }
  }

  static boolean isMultiLabel(BaseModel base) {
    return base.config().problemType().filter(MULTI_LABEL::equals).isPresent();
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
