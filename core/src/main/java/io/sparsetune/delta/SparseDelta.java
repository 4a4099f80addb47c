package io.sparsetune.delta;

import io.sparsetune.error.DataException;
import io.sparsetune.mask.Mask;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.FloatSink;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A trained model as its difference from the base: new values, not increments, at the trained
 * positions. Everything else is the base's, bit for bit. Immutable by convention: the arrays are
 * its own.
 *
 * @param trained mask and head
 * @param values [trained.size()], by ordinal
 */
public record SparseDelta(DeltaInfo info, Mask trained, float[] values) {

  public SparseDelta {
    if (trained.tensorCount() != info.spec().layout().tensorCount()
        || trained.size() != values.length
        || trained.size() < info.k()) {
      throw new IllegalArgumentException("Invalid delta: its mask, values and model do not fit");
    }
  }

  /** The model's tensors. */
  public ParameterLayout layout() {
    return info.spec().layout();
  }

  /** Trained parameters of the head: those that the mask's k does not count. */
  public int head() {
    return trained.size() - info.k();
  }

  /**
   * Indices of the tensors that the mask's k counts positions of: all but the head's, which are
   * among them only where it was in the budget.
   */
  public List<Integer> maskTensors() {
    ParameterLayout layout = layout();
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() != Part.HEAD || head() == 0)
        .boxed()
        .toList();
  }

  /**
   * Refuses a base that this delta was not trained on. The base's head counts only where the delta
   * does not hold all of it.
   *
   * @throws DataException naming both fingerprints
   */
  public void requireBase(BaseModel base) {
    if (!base.fingerprint().equals(info.baseFingerprint())) {
      throw new DataException(
          "Cannot apply the delta to %s: it was trained on the base model %s, this one is %s; give the right one with --model"
              .formatted(base.location(), info.baseFingerprint(), base.fingerprint()));
    }
    if (!base.encoder().equals(info.spec().encoder())) {
      throw new DataException(
          "Cannot apply the delta to %s: the weights are the right ones, but the configuration is %s instead of %s"
              .formatted(base.location(), base.encoder(), info.spec().encoder()));
    }
    String head =
        isHeadWhole(layout(), trained)
            ? info.headFingerprint()
            : base.headFingerprint(info.spec(), info.seed());
    if (!head.equals(info.headFingerprint())) {
      throw new DataException(
          "Cannot apply the delta to %s: it holds a part of the head alone, of the head %s; this base's is %s; give the right one with --model"
              .formatted(base.location(), info.headFingerprint(), head));
    }
  }

  /** Whether all of the head is among what is trained: then what it started from is no matter. */
  public static boolean isHeadWhole(ParameterLayout layout, Mask trained) {
    return IntStream.range(0, layout.tensorCount())
        .filter(t -> layout.tensor(t).part() == Part.HEAD)
        .allMatch(trained::isWhole);
  }

  /**
   * Writes the values into a model.
   *
   * @param theta [n of the layout]
   * @return what stood there before, [trained.size()], for {@link #undo}
   */
  public float[] apply(float[] theta) {
    ParameterLayout layout = layout();
    float[] before = trained.gather(layout, theta);
    trained.scatter(layout, theta, values);
    return before;
  }

  /**
   * Restores a model to what it was.
   *
   * @param before as {@link #apply} returned it
   */
  public void undo(float[] theta, float[] before) {
    trained.scatter(layout(), theta, before);
  }

  /**
   * A sink that takes the base's elements of a tensor and passes the trained model's on.
   *
   * @param tensor index in the layout
   */
  public FloatSink applying(int tensor, FloatSink next) {
    boolean whole = trained.isWhole(tensor);
    int[] positions = whole ? new int[0] : trained.positions(tensor);
    int first = trained.firstOrdinal(tensor);
    int[] state = {0, 0}; // elements passed on, positions used
    return (elements, count) -> {
      int from = state[0];
      if (whole) {
        next.accept(Arrays.copyOfRange(values, first + from, first + from + count), count);
      } else {
        int used = state[1];
        while (used < positions.length && positions[used] < from + count) {
          elements[positions[used] - from] = values[first + used];
          used++;
        }
        state[1] = used;
        next.accept(elements, count);
      }
      state[0] = from + count;
    };
  }
}
