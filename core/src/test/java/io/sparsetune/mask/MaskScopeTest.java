package io.sparsetune.mask;

import static io.sparsetune.method.MethodConfigs.method;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class MaskScopeTest {
  private final ParameterLayout layout =
      new ModelSpec(
              new EncoderConfig(Architecture.BERT, 9, 4, 2, 2, 8, Activation.GELU, 6, 2, 0, 1e-12),
              Pooling.POOLER,
              2,
              Loss.CROSS_ENTROPY,
              Dropout.NONE)
          .layout();

  private List<String> names(MethodConfig method) {
    return MaskScope.of(layout, method.range()).tensors().stream()
        .map(t -> layout.tensor(t).name())
        .toList();
  }

  private List<String> where(Predicate<String> wanted, Part... parts) {
    return layout.tensors().stream()
        .filter(t -> List.of(parts).contains(t.part()) && wanted.test(t.name()))
        .map(t -> t.name())
        .toList();
  }

  @Test
  void byDefaultTheEncoderLayersAreInScope() {
    MaskScope scope = MaskScope.of(layout, method("sam").range());
    assertThat(names(method("sam"))).isEqualTo(where(name -> true, Part.ENCODER));
    assertThat(scope.size())
        .isEqualTo(scope.tensors().stream().mapToInt(t -> layout.tensor(t).size()).sum());
  }

  @Test
  void embeddingsAreAdded() {
    assertThat(names(method("sam", "include=[embeddings]")))
        .isEqualTo(where(name -> true, Part.EMBEDDINGS, Part.ENCODER));
  }

  @Test
  void patternsIncludeAndExclude() {
    assertThat(names(method("sam", "include=[query, '*.1.*.weight']", "exclude=[LayerNorm]")))
        .isEqualTo(
            where(
                name ->
                    (name.contains(".query.") || (name.contains(".1.") && name.endsWith(".weight")))
                        && !name.contains("LayerNorm"),
                Part.ENCODER));
  }

  @Test
  void linearLeavesOnlyWeightsOfLinearLayers() {
    assertThat(names(method("sam", "tensors=linear", "include=[embeddings]")))
        .isEqualTo(where(name -> name.endsWith(".weight") && !name.contains("Norm"), Part.ENCODER));
  }

  @Test
  void theHeadIsInScopeOnlyWhenAskedFor() {
    assertThat(names(method("sam", "include=['*']")))
        .isEqualTo(where(name -> true, Part.EMBEDDINGS, Part.ENCODER));
    assertThat(names(method("sam", "head_in_budget=true")))
        .isEqualTo(where(name -> true, Part.ENCODER, Part.HEAD));
  }

  @Test
  void patternsThatMatchNothingAreRefusedTogether() {
    assertThatThrownBy(
            () ->
                MaskScope.of(
                    layout, method("sam", "include=[querry]", "exclude=['decoder.*']").range()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.include: 'querry' matches no tensor of the model. Did you mean"
                + " 'query'?\n"
                + "Invalid method.exclude: 'decoder.*' matches no tensor of the model.");
  }

  @Test
  void anEmptyScopeIsRefused() {
    assertThatThrownBy(() -> MaskScope.of(layout, method("sam", "exclude=['encoder.*']").range()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.include: together with method.exclude and method.tensors it leaves no"
                + " tensor to choose from");
  }
}
