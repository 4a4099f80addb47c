package io.sparsetune.batch;

import java.io.Serializable;
import java.util.List;

/**
 * One of V parts of a data set: examples in rank order, packed in flat arrays. The parts depend on
 * content alone, never on how the input was partitioned. Immutable by convention: arrays are its
 * own.
 *
 * @param index 0..V−1
 * @param tokenIds all sequences' tokens, end to end
 * @param typeIds as long as {@code tokenIds}
 * @param starts [sequences + 1]: every example has as many sequences, one where it has no choices
 * @param targets [examples]
 */
public record Shard(int index, int[] tokenIds, int[] typeIds, int[] starts, float[] targets)
    implements Serializable {

  public Shard {
    if (starts.length == 0 || !areWhole(starts.length - 1, targets.length)) {
      throw new IllegalArgumentException(
          "Invalid shard: %d sequences for %d examples"
              .formatted(starts.length - 1, targets.length));
    }
  }

  /** Whether so many sequences are as many for each example, at least one. */
  static boolean areWhole(int sequences, int examples) {
    return examples == 0 ? sequences == 0 : sequences > 0 && sequences % examples == 0;
  }

  /** The examples, in the order given, end to end; all of as many sequences. */
  public static Shard pack(int index, List<EncodedExample> examples) {
    int each = examples.isEmpty() ? 1 : examples.get(0).sequences();
    int[] starts = new int[Math.addExact(Math.multiplyExact(examples.size(), each), 1)];
    float[] targets = new float[examples.size()];
    for (int e = 0; e < targets.length; e++) {
      EncodedExample example = examples.get(e);
      if (example.sequences() != each) {
        throw new IllegalArgumentException(
            "Invalid examples: one of %d sequences among others of %d"
                .formatted(example.sequences(), each));
      }
      for (int s = 1; s <= each; s++) {
        starts[e * each + s] = Math.addExact(starts[e * each], example.starts()[s]);
      }
      targets[e] = example.target();
    }
    int[] tokenIds = new int[starts[starts.length - 1]];
    int[] typeIds = new int[tokenIds.length];
    for (int e = 0; e < targets.length; e++) {
      int start = starts[e * each];
      int length = starts[(e + 1) * each] - start;
      System.arraycopy(examples.get(e).tokenIds(), 0, tokenIds, start, length);
      System.arraycopy(examples.get(e).typeIds(), 0, typeIds, start, length);
    }
    return new Shard(index, tokenIds, typeIds, starts, targets);
  }

  public int size() {
    return targets.length;
  }

  /** Sequences of an example. */
  public int sequences() {
    return targets.length == 0 ? 1 : (starts.length - 1) / targets.length;
  }

  /** Number of tokens of an example, in all its sequences. */
  public int length(int example) {
    int each = sequences();
    return starts[(example + 1) * each] - starts[example * each];
  }

  /** The examples of those numbers as a micro-batch, in the order given. */
  public MicroBatch gather(int... examples) {
    int each = sequences();
    int tokens = 0;
    for (int e : examples) {
      tokens += length(e);
    }
    int[] ids = new int[tokens];
    int[] types = new int[tokens];
    int[] begin = new int[examples.length * each + 1];
    float[] wanted = new float[examples.length];
    for (int i = 0; i < examples.length; i++) {
      int e = examples[i];
      int from = starts[e * each];
      int to = begin[i * each];
      System.arraycopy(tokenIds, from, ids, to, length(e));
      System.arraycopy(typeIds, from, types, to, length(e));
      for (int s = 1; s <= each; s++) {
        begin[i * each + s] = to + starts[e * each + s] - from;
      }
      wanted[i] = targets[e];
    }
    return new MicroBatch(ids, types, begin, wanted);
  }
}
