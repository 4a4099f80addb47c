package io.sparsetune.method;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A method whose mask is what an equivalent model has beside the base, whole. n counts the encoder
 * and what is added to it.
 */
public interface EquivalentMethod extends MaskMethod {
  @Override
  EquivalentModel equivalentModel(MethodConfig config, EncoderConfig encoder);

  @Override
  default Evidence evidence(MaskProblem problem) {
    return new Evidence.Nothing();
  }

  @Override
  default boolean hasBudget() {
    return false;
  }

  @Override
  default boolean hasRange() {
    return false;
  }

  @Override
  default long parameters(MaskProblem problem) {
    return problem.layout().tensors().stream()
        .filter(tensor -> tensor.part() == Part.ENCODER || tensor.part() == Part.ADDED)
        .mapToLong(TensorSpec::size)
        .sum();
  }

  /** Whether a tensor is trained, whole. */
  default boolean trains(TensorSpec tensor, MethodOptions options) {
    return tensor.part() == Part.ADDED;
  }

  @Override
  default Mask mask(MaskProblem problem, ScoreSource scores) {
    ParameterLayout layout = problem.layout();
    List<Integer> trained =
        IntStream.range(0, layout.tensorCount())
            .filter(t -> trains(layout.tensor(t), problem.config().options()))
            .boxed()
            .toList();
    return Mask.none(layout).withWhole(layout, trained);
  }
}
