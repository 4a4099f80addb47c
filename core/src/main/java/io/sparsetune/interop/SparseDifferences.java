package io.sparsetune.interop;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.files.OutputFolder;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.pretrained.BaseModel;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a delta as composable-sft reads it (LT-SFT, Ansell et al. 2022): {@code pytorch_diff.bin}
 * of {@code torch.save}, a dictionary of {@code diffs}, added to the base at sparse positions, and
 * {@code abs}, tensors that take the place of the base's. The head is always whole in {@code abs}.
 * Positions are flattened with the first dimension fastest.
 */
public final class SparseDifferences {
  public static final String FILE = "pytorch_diff.bin";

  private SparseDifferences() {}

  /**
   * Writes the file.
   *
   * @throws ConfigException where transformers has no class for the delta's head
   * @throws io.sparsetune.error.DataException where the delta belongs to another base
   * @throws IOException where the folder cannot be written
   */
  public static void write(BaseModel base, SparseDelta delta, OutputFolder out) throws IOException {
    HuggingFaceFolder.requireKnownHead(delta.info().spec());
    delta.requireBase(base);
    TrainedModel model = new TrainedModel(base, delta);
    TorchPickle pickle = new TorchPickle();
    pickle.beginDictionary();
    pickle.text("diffs");
    pickle.beginDictionary();
    for (int t : model.trainedBody()) {
      if (!delta.trained().isWhole(t)) {
        pickle.text(model.name(t));
        difference(pickle, model, t);
      }
    }
    pickle.endDictionary();
    pickle.text("abs");
    pickle.beginDictionary();
    for (int t : model.trainedBody()) {
      if (delta.trained().isWhole(t)) {
        whole(pickle, model, t);
      }
    }
    for (int t : model.head()) {
      whole(pickle, model, t);
    }
    pickle.endDictionary();
    pickle.endDictionary();
    out.write(FILE, stream -> TorchFile.write(pickle, stream));
  }

  private static void whole(TorchPickle pickle, TrainedModel model, int t) {
    pickle.text(model.name(t));
    pickle.tensor(model.layout().tensor(t).shape(), () -> model.values(t));
  }

  private static void difference(TorchPickle pickle, TrainedModel model, int t) {
    TensorSpec tensor = model.layout().tensor(t);
    int[] positions = model.positions(t);
    float[] added = model.increments(t);
    int columns = tensor.columns();
    int rows = tensor.size() / columns;
    long[] order = new long[positions.length];
    for (int q = 0; q < order.length; q++) {
      long flat = (long) (positions[q] % columns) * rows + positions[q] / columns;
      order[q] = flat << 32 | q;
    }
    Arrays.sort(order);
    int[] steps = new int[order.length];
    float[] values = new float[order.length];
    int previous = 0;
    for (int q = 0; q < order.length; q++) {
      int flat = (int) (order[q] >>> 32);
      steps[q] = flat - previous;
      previous = flat;
      values[q] = added[(int) order[q]];
    }
    pickle.beginDictionary();
    pickle.text("size");
    pickle.size(tensor.shape());
    pickle.text("index_steps");
    pickle.integers(steps);
    pickle.text("values");
    pickle.tensor(List.of(values.length), () -> values);
    pickle.endDictionary();
  }
}
