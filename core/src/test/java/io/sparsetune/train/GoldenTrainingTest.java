package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparsetune.config.RunConfig;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.method.Methods;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.GoldenModel;
import io.sparsetune.testing.GoldenTensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The training loop against PyTorch's, on the golden batches in their order. */
class GoldenTrainingTest {
  private static final double TOLERANCE = 2e-5;
  private static final double KEY_BIAS_TOLERANCE = 1e-3;

  static RunConfig config(JsonNode recipe, String method, String... more) {
    List<String> keyValues =
        new ArrayList<>(
            List.of(
                "method.name=" + method,
                "data.validation=0",
                "training.batch_size=" + recipe.required("batch"),
                "training.micro_batch_size=" + recipe.required("batch"),
                "training.max_steps=" + recipe.required("steps"),
                "training.learning_rate=" + recipe.required("lr"),
                "training.warmup_steps=" + recipe.required("warmup_steps"),
                "training.adam_beta1=" + recipe.required("betas").get(0),
                "training.adam_beta2=" + recipe.required("betas").get(1),
                "training.adam_epsilon=" + recipe.required("eps"),
                "training.weight_decay=" + recipe.required("weight_decay"),
                "training.no_decay=[]",
                "training.max_grad_norm=" + recipe.required("max_grad_norm")));
    keyValues.addAll(List.of(more));
    return MethodConfigs.run(keyValues.toArray(String[]::new));
  }

  static Mask mask(GoldenModel model, RunConfig config) {
    ParameterLayout layout = model.spec().layout();
    String method = config.method().name();
    if (method.equals("full") || method.equals("bitfit")) {
      return Methods.named(method)
          .mask(new MaskProblem(layout, config.method(), 1), ScoreSource.none());
    }
    GoldenTensors golden = model.expected("mask-" + method);
    Mask.Builder builder = new Mask.Builder(layout);
    for (int t = 0; t < layout.tensorCount(); t++) {
      if (layout.tensor(t).part() == Part.ENCODER) {
        builder.positions(t, golden.wholeNamed(layout.tensor(t).name()));
      }
    }
    return builder.build();
  }

  @ParameterizedTest
  @CsvSource({
    "bert, full, 1",
    "bert, full, 2",
    "bert, bitfit, 1",
    "bert, magnitude, 2",
    "bert, sam, 1",
    "bert, sam, 2",
    "roberta, full, 1",
    "roberta, bitfit, 2",
    "roberta, magnitude, 1",
    "roberta, sam, 1",
    "roberta, sam, 4",
    "bert-regression, full, 1",
    "bert-regression, full, 2",
  })
  void trainedParametersAgreeWithPyTorch(String name, String method, int microBatches) {
    GoldenModel model = GoldenModel.read(name);
    ParameterLayout layout = model.spec().layout();
    RunConfig config = config(model.recipe(), method, sparsity(model, method));
    GoldenExecutor executor = new GoldenExecutor(model, mask(model, config), microBatches);
    TrainingResult result = new TrainingLoop(layout, config, executor, TrainingListener.NONE).run();
    float[] theta = executor.theta(result.trained(), result.values());
    float[] expected = GoldenModel.values(name + "/train-" + method + ".safetensors", layout);

    assertAgrees(model, result.trained(), theta, expected, config.training().learningRate());
  }

  private static String[] sparsity(GoldenModel model, String method) {
    return method.equals("full") || method.equals("bitfit")
        ? new String[0]
        : new String[] {"method.sparsity=" + model.recipe().required("p")};
  }

  /** Trained parameters as PyTorch's, all others as they were. */
  static void assertAgrees(
      GoldenModel model, Mask mask, float[] theta, float[] expected, double learningRate) {
    ParameterLayout layout = model.spec().layout();
    int beyond = 0;
    for (int t = 0; t < layout.tensorCount(); t++) {
      boolean keyBias = layout.tensor(t).name().endsWith("attention.self.key.bias");
      boolean[] trained = trained(mask, layout, t);
      for (int i = 0; i < trained.length; i++) {
        int at = layout.offset(t) + i;
        double error = Math.abs(theta[at] - expected[at]);
        String place = layout.tensor(t).name() + "[" + i + "]";
        if (!trained[i]) {
          assertThat(Float.floatToRawIntBits(theta[at]))
              .as(place)
              .isEqualTo(Float.floatToRawIntBits(model.theta()[at]));
        } else if (keyBias) {
          assertThat(error).as(place).isLessThanOrEqualTo(KEY_BIAS_TOLERANCE);
        } else if (error > TOLERANCE) {
          beyond++;
          assertThat(error).as(place).isLessThanOrEqualTo(2 * learningRate);
        }
      }
    }
    assertThat(beyond).isLessThanOrEqualTo(layout.size() / 10_000);
  }

  private static boolean[] trained(Mask mask, ParameterLayout layout, int tensor) {
    boolean[] trained = new boolean[layout.tensor(tensor).size()];
    for (int i = 0; i < trained.length; i++) {
      trained[i] = mask.isWhole(tensor);
    }
    if (!mask.isWhole(tensor)) {
      for (int position : mask.positions(tensor)) {
        trained[position] = true;
      }
    }
    return trained;
  }
}
