package io.sparsetune.pretrained;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.model.AddedTensors;
import io.sparsetune.model.ClassifierStart;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import io.sparsetune.safetensors.FloatSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * From checkpoints' tensors to θ⁰: checks that the encoder's fit, finds the head's where the base
 * has them and draws them where it has not.
 */
final class WeightImport {
  private static final double INITIALISER_RANGE = 0.02;
  private static final int SHOWN = 8;

  private final WeightSource weights;
  private final ParameterLayout encoderLayout;

  /**
   * @throws CorruptFileException where an encoder tensor is missing, unknown or of another shape
   */
  WeightImport(WeightSource weights, EncoderConfig encoder) {
    this.weights = weights;
    this.encoderLayout = encoder.layout();
    checkShapes();
    checkNames();
  }

  /** Embeddings and encoder, without any head. */
  ParameterLayout encoderLayout() {
    return encoderLayout;
  }

  private void checkShapes() {
    List<String> missing = new ArrayList<>();
    for (TensorSpec tensor : encoderLayout.tensors()) {
      List<Integer> shape = weights.shapes().get(tensor.name());
      if (shape == null) {
        missing.add(tensor.name());
      } else if (!shape.equals(tensor.shape())) {
        throw new CorruptFileException(
            weights.path(),
            "tensor %s has the shape %s, but the model's configuration asks for %s"
                .formatted(tensor.name(), shape, tensor.shape()));
      }
    }
    if (!missing.isEmpty()) {
      throw new CorruptFileException(
          weights.path(),
          "the encoder lacks %d tensors: %s".formatted(missing.size(), some(missing)));
    }
  }

  private void checkNames() {
    List<String> unknown =
        weights.shapes().keySet().stream()
            .filter(TensorNames::belongsToEncoder)
            .filter(name -> encoderLayout.indexOf(name) < 0)
            .toList();
    if (!unknown.isEmpty()) {
      throw new CorruptFileException(
          weights.path(),
          "it has %d encoder tensors that the model's configuration does not know: %s"
              .formatted(unknown.size(), some(unknown)));
    }
  }

  private static String some(List<String> names) {
    String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
    return names.size() > SHOWN ? shown + ", …" : shown;
  }

  HeadOrigin headOrigin(ModelSpec spec) {
    ParameterLayout layout = spec.layout();
    Set<String> loaded = new LinkedHashSet<>();
    Set<String> initialised = new LinkedHashSet<>();
    for (TensorSpec tensor : layout.tensors()) {
      if (tensor.part() == Part.HEAD) {
        (isLoaded(spec, layout, tensor) ? loaded : initialised).add(module(tensor));
      }
    }
    return new HeadOrigin(List.copyOf(loaded), List.copyOf(initialised));
  }

  /** A tensor of θ⁰, from the files or drawn. */
  void read(ModelSpec spec, ParameterLayout layout, int index, long seed, FloatSink sink)
      throws IOException {
    TensorSpec tensor = layout.tensor(index);
    if (tensor.part() == Part.ADDED) {
      float[] values = AddedTensors.initial(tensor, index, seed);
      sink.accept(values, values.length);
      return;
    }
    if (tensor.part() != Part.HEAD || isLoaded(spec, layout, tensor)) {
      if (module(tensor).equals(spec.classifier())
          && spec.classifierStart() instanceof ClassifierStart.Permuted permuted) {
        readRows(tensor, permuted.rows(), sink);
      } else {
        weights.read(tensor.name(), sink);
      }
      return;
    }
    float[] values = new float[tensor.size()];
    if (tensor.name().endsWith(".weight")) {
      long key = Randomness.key(seed, Purpose.HEAD_INITIALISATION, baseIndex(layout, index));
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (INITIALISER_RANGE * Randomness.normal(key, i));
      }
    }
    sink.accept(values, values.length);
  }

  private void readRows(TensorSpec tensor, List<Integer> rows, FloatSink sink) throws IOException {
    float[] base = new float[tensor.size()];
    weights.read(tensor.name(), FloatSink.into(base, 0));
    int columns = tensor.size() / rows.size();
    float[] values = new float[base.length];
    for (int row = 0; row < rows.size(); row++) {
      System.arraycopy(base, rows.get(row) * columns, values, row * columns, columns);
    }
    sink.accept(values, values.length);
  }

  /** Rows of the base's own layer of that name; 0 where it has none of the same columns. */
  int rows(String module, int columns) {
    List<Integer> shape = weights.shapes().getOrDefault(module + ".weight", List.of());
    boolean whole =
        shape.size() == 2
            && shape.get(1) == columns
            && List.of(shape.get(0)).equals(weights.shapes().get(module + ".bias"));
    return whole ? shape.get(0) : 0;
  }

  /** The index without added tensors: an equivalent model's head starts as the base's does. */
  private static int baseIndex(ParameterLayout layout, int index) {
    return (int)
        layout.tensors().subList(0, index).stream().filter(t -> t.part() != Part.ADDED).count();
  }

  /** A module's weight and bias are taken together, or not at all. */
  private boolean isLoaded(ModelSpec spec, ParameterLayout layout, TensorSpec tensor) {
    if (spec.classifierStart() instanceof ClassifierStart.Drawn
        && module(tensor).equals(spec.classifier())) {
      return false;
    }
    Map<String, List<Integer>> shapes = weights.shapes();
    for (String kind : List.of(".weight", ".bias")) {
      TensorSpec part = layout.tensor(layout.indexOf(module(tensor) + kind));
      if (!part.shape().equals(shapes.get(part.name()))) {
        return false;
      }
    }
    return true;
  }

  private static String module(TensorSpec tensor) {
    return tensor.name().substring(0, tensor.name().lastIndexOf('.'));
  }
}
