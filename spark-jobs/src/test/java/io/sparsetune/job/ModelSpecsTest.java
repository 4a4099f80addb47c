package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.run.RunIdentity;
import io.sparsetune.task.Labels;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.testing.TestModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSpecsTest {
  private static final Optional<Labels> THREE = Optional.of(Labels.of(List.of("a", "b", "c")));

  @TempDir private Path folder;
  private BaseModel base;

  @BeforeEach
  void aModelThatDropsATenth() throws IOException {
    TestModels.golden(folder, 0.1);
    base = BaseModel.open(folder);
  }

  @Test
  void dropoutIsTheModelsOwnUnlessTheConfigurationHasAnother() {
    assertThat(dropout()).isEqualTo(new Dropout(0.1, 0.1, 0.1));
    assertThat(dropout("model.dropout.hidden=0.3")).isEqualTo(new Dropout(0.3, 0.1, 0.1));
    assertThat(dropout("model.dropout.attention=0.3")).isEqualTo(new Dropout(0.1, 0.3, 0.1));
    assertThat(dropout("model.dropout.classifier=0.3")).isEqualTo(new Dropout(0.1, 0.1, 0.3));
    assertThat(dropout("model.dropout=0.2")).isEqualTo(new Dropout(0.2, 0.2, 0.2));
    assertThat(dropout("model.dropout.hidden=0")).isEqualTo(new Dropout(0, 0.1, 0.1));
  }

  @Test
  void theTaskMakesTheHead() {
    ModelSpec classifier = ModelSpecs.of(config("model.pooling=mean"), base, THREE);
    assertThat(classifier.outputs()).isEqualTo(3);
    assertThat(classifier.loss()).isEqualTo(Loss.CROSS_ENTROPY);
    assertThat(classifier.pooling()).isEqualTo(Pooling.MEAN);
    ModelSpec regression = ModelSpecs.of(config("task.type=regression"), base, Optional.empty());
    assertThat(regression.outputs()).isEqualTo(1);
    assertThat(regression.loss()).isEqualTo(Loss.MEAN_SQUARED_ERROR);
    assertThat(regression.pooling()).isEqualTo(Pooling.POOLER);
  }

  /** A label for each choice, but one row of the classifier; of RoBERTa's it has the pooler. */
  @Test
  void choicesAreScoredByOneOutput() {
    for (String name : List.of("bert", "roberta")) {
      BaseModel own = Golden.base(name);
      ModelSpec spec = ModelSpecs.of(config("task.type=multiple_choice"), own, THREE);
      assertThat(spec.loss()).isEqualTo(Loss.CHOICE_CROSS_ENTROPY);
      assertThat(spec.outputs()).isEqualTo(3);
      assertThat(spec.pooling()).isEqualTo(Pooling.POOLER);
      ParameterLayout layout = spec.layout();
      assertThat(layout.tensor(layout.indexOf("classifier.bias")).size()).isEqualTo(1);
    }
    assertThat(ModelSpecs.of(config(), Golden.base("roberta"), THREE).pooling())
        .isEqualTo(Pooling.CLS);
  }

  @Test
  void aSentenceTransformersFolderSaysItsPoolingUnlessTheConfigurationDoes() {
    BaseModel mean = sentences("mean");
    assertThat(ModelSpecs.of(config(), mean, THREE).pooling()).isEqualTo(Pooling.MEAN);
    ModelSpec given = ModelSpecs.of(config("model.pooling=pooler"), mean, THREE);
    assertThat(given.pooling()).isEqualTo(Pooling.POOLER);
    assertThat(ModelSpecs.poolingReport(config("model.pooling=pooler"), mean, given))
        .isEqualTo("pooler (as model.pooling says; the model's 1_Pooling/config.json says mean)");
    assertThat(ModelSpecs.poolingReport(config(), mean, ModelSpecs.of(config(), mean, THREE)))
        .isEqualTo("mean (as the model's 1_Pooling/config.json says)");
    BaseModel max = sentences("max");
    assertThatThrownBy(() -> ModelSpecs.of(config(), max, THREE))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot pool as bert/1_Pooling/config.json says: max (known are cls and mean). Say with"
                + " model.pooling: mean, cls or pooler what to train instead");
    assertThat(ModelSpecs.of(config("model.pooling=cls"), max, THREE).pooling())
        .isEqualTo(Pooling.CLS);
  }

  /** Otherwise two runs with one name would be different. */
  @Test
  void aPoolingOfTheFolderIsPartOfTheRunsName() {
    BaseModel mean = sentences("mean");
    BaseModel cls = sentences("cls");
    assertThat(runId(config(), mean)).isNotEqualTo(runId(config(), cls));
    assertThat(runId(config(), mean)).isEqualTo(runId(config("model.pooling=mean"), mean));
  }

  private static String runId(RunConfig config, BaseModel base) {
    return RunIdentity.of(config, base, ModelSpecs.of(config, base, THREE), "data").runId();
  }

  private static BaseModel sentences(String mode) {
    return BaseModel.open(
        MemoryFolder.copyOf(Golden.folder("bert"))
            .put(
                "modules.json",
                "[{\"path\": \"\", \"type\": \"x.Transformer\"}, {\"path\": \"1_Pooling\","
                    + " \"type\": \"x.Pooling\"}]")
            .put("1_Pooling/config.json", "{\"pooling_mode\": \"" + mode + "\"}"));
  }

  @Test
  void moreTokensThanTheModelHasPositionsForAreRefused() {
    RunConfig config = config("data.max_seq_length=25");
    assertThatThrownBy(() -> ModelSpecs.of(config, base, THREE))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Invalid data.max_seq_length: 25; the base model has positions for 24 tokens");
  }

  private Dropout dropout(String... keyValues) {
    return ModelSpecs.of(config(keyValues), base, THREE).dropout();
  }

  private static RunConfig config(String... keyValues) {
    return RunConfigParser.parse(
        "{model: {path: m}, data: {train: t.jsonl, max_seq_length: 24}, output: o}",
        "test",
        List.of(keyValues));
  }
}
