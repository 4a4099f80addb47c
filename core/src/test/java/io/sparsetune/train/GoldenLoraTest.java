package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.TrainingConfig;
import io.sparsetune.engine.room.RoomEngine;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.StepTransform;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.optim.LearningRate;
import io.sparsetune.optim.SparseOptimizer;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.testing.Equivalents;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LoRA's training against PEFT's, from the factors that PEFT drew. */
class GoldenLoraTest {
  private static final double TOLERANCE = 2e-5;

  private static GoldenModel read(String name, String state) {
    JsonNode recipe = GoldenModel.read(name).recipe();
    GoldenModel model =
        Equivalents.read(
            name,
            new Lora(
                List.of("query", "value"),
                recipe.required("lora_r").asInt(),
                recipe.required("lora_alpha").asDouble(),
                0));
    Equivalents.fill(model, file(name, state), prefixes(name));
    return model;
  }

  private static GoldenTensors file(String name, String state) {
    return GoldenTensors.read(name + "/lora/" + state + "/adapter_model.safetensors");
  }

  private static String[] prefixes(String name) {
    return new String[] {"base_model.model.", "base_model.model." + name + "."};
  }

  @ParameterizedTest
  @CsvSource({"bert, 1", "bert, 2", "roberta, 1", "roberta, 4"})
  void trainedFactorsAgreeWithPeft(String name, int microBatches) {
    GoldenModel model = read(name, "start");
    ParameterLayout layout = model.spec().layout();
    // PEFT trains the factors and the classifier, but not BERT's pooler.
    List<Integer> tensors =
        Equivalents.fill(model, file(name, "start"), prefixes(name)).stream()
            .map(layout::indexOf)
            .toList();
    assertThat(tensors).containsAll(Equivalents.added(layout));
    Mask trained = Mask.none(layout).withWhole(layout, tensors);
    RunConfig config = GoldenTrainingTest.config(model.recipe(), "lora");
    GoldenExecutor executor = new GoldenExecutor(model, trained, microBatches);
    float[] values = train(executor, layout, trained, config);
    GoldenTrainingTest.assertAgrees(
        model,
        trained,
        executor.theta(trained, values),
        read(name, "trained").theta(),
        config.training().learningRate());
  }

  /** The steps that a training takes inside a mask. */
  private static float[] train(
      StepExecutor executor, ParameterLayout layout, Mask trained, RunConfig config) {
    TrainingConfig training = config.training();
    TrainingPlan plan = TrainingPlan.of(config, executor.trainExamples());
    AtomicLong sequence = new AtomicLong();
    SparseSteps steps =
        new SparseSteps(
            training,
            plan,
            executor,
            TrainingListener.NONE,
            StateKeeper.NONE,
            sequence::incrementAndGet);
    SparseOptimizer optimizer = training.optimizer().start(layout, trained);
    LearningRate rate = plan.learningRate(training);
    TrainingState state =
        TrainingState.at(
            trained,
            new TrainedState(trained, executor.initialValues(trained), optimizer.state()),
            0,
            List.of());
    while (state.step() < plan.steps()) {
      state =
          steps.step(
              state,
              optimizer,
              rate.at(state.step()),
              StepTransform.NONE,
              UnaryOperator.identity());
    }
    return state.current().values();
  }

  @ParameterizedTest
  @CsvSource({"bert", "roberta"})
  void logitsAgreeWithPeft(String name) {
    GoldenModel model = read(name, "trained");
    float[] expected = GoldenTensors.read(name + "/lora/expected.safetensors").floats("logits");
    assertThat(
            RoomEngine.open(model.spec(), model.theta())
                .newWorker()
                .logits(GoldenModel.pack(model.examples(0))))
        .containsExactly(expected, within((float) TOLERANCE));
  }
}
