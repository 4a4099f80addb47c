package io.sparsetune.interop;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.FloatSink;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A base and a delta on it, tensor by tensor, under the names that transformers gives them.
 *
 * @param base that the delta was trained on
 */
record TrainedModel(BaseModel base, SparseDelta delta) {

  ModelSpec spec() {
    return delta.info().spec();
  }

  ParameterLayout layout() {
    return delta.layout();
  }

  /** Name in a model with a task head: the head's own tensors have no prefix. */
  String name(int tensor) {
    String name = layout().tensor(tensor).name();
    return name.startsWith("classifier") ? name : modelType(base) + "." + name;
  }

  static String modelType(BaseModel base) {
    return base.encoder().architecture() == Architecture.ROBERTA ? "roberta" : "bert";
  }

  /** Indices of the head's tensors. */
  List<Integer> head() {
    ParameterLayout layout = layout();
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() == Part.HEAD)
        .boxed()
        .toList();
  }

  /** Indices of all other tensors that hold something trained. */
  List<Integer> trainedBody() {
    ParameterLayout layout = layout();
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() != Part.HEAD && delta.trained().count(t) > 0)
        .boxed()
        .toList();
  }

  /** A tensor's elements after training, row-major, piece by piece. */
  void read(int tensor, FloatSink sink) throws IOException {
    base.read(spec(), tensor, delta.info().seed(), delta.applying(tensor, sink));
  }

  /** The same with LoRA's product added to the weight that it stands beside. */
  void readFolded(int tensor, FloatSink sink) throws IOException {
    read(tensor, new LoraFold(this).folding(tensor, sink));
  }

  /** {@link #readFolded} into an array. */
  float[] foldedValues(int tensor) {
    float[] values = new float[layout().tensor(tensor).size()];
    FloatSink into = FloatSink.into(values, 0);
    collect(tensor, delta.applying(tensor, new LoraFold(this).folding(tensor, into)));
    return values;
  }

  /** {@link #read} into an array. */
  float[] values(int tensor) {
    float[] values = new float[layout().tensor(tensor).size()];
    collect(tensor, delta.applying(tensor, FloatSink.into(values, 0)));
    return values;
  }

  /** A tensor's elements before training, row-major. */
  float[] baseValues(int tensor) {
    float[] values = new float[layout().tensor(tensor).size()];
    collect(tensor, FloatSink.into(values, 0));
    return values;
  }

  private void collect(int tensor, FloatSink sink) {
    try {
      base.read(spec(), tensor, delta.info().seed(), sink);
    } catch (IOException e) {
      throw new IllegalStateException("An array cannot fail to be written", e);
    }
  }

  /**
   * What training added to a tensor's chosen elements, [count], in the order of their positions:
   * the new value less the base's, rounded to a float.
   */
  float[] increments(int tensor) {
    Mask trained = delta.trained();
    float[] before = baseValues(tensor);
    int first = trained.firstOrdinal(tensor);
    float[] added = new float[trained.count(tensor)];
    int[] positions = positions(tensor);
    for (int q = 0; q < added.length; q++) {
      added[q] = delta.values()[first + q] - before[positions[q]];
    }
    return added;
  }

  /** Chosen positions of a tensor, rising; all of them where it is trained whole. */
  int[] positions(int tensor) {
    TensorSpec spec = layout().tensor(tensor);
    return delta.trained().isWhole(tensor)
        ? IntStream.range(0, spec.size()).toArray()
        : delta.trained().positions(tensor);
  }
}
