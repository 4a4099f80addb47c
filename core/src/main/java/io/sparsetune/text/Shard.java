package io.sparsetune.text;

import java.io.Serializable;
import java.util.List;

/**
 * One of V parts of a data set: examples in rank order, packed in flat arrays. The parts depend on
 * content alone, never on how the input was partitioned. Immutable by convention: arrays are its
 * own.
 *
 * @param index 0..V−1
 * @param tokenIds all examples' tokens, end to end
 * @param typeIds as long as {@code tokenIds}
 * @param starts [examples + 1]
 * @param targets [examples]
 */
public record Shard(int index, int[] tokenIds, int[] typeIds, int[] starts, float[] targets)
    implements Serializable {

  /** The examples, in the order given, end to end. */
  public static Shard pack(int index, List<EncodedExample> examples) {
    int[] starts = new int[examples.size() + 1];
    float[] targets = new float[examples.size()];
    for (int e = 0; e < targets.length; e++) {
      starts[e + 1] = Math.addExact(starts[e], examples.get(e).tokenIds().length);
      targets[e] = examples.get(e).target();
    }
    int[] tokenIds = new int[starts[targets.length]];
    int[] typeIds = new int[tokenIds.length];
    for (int e = 0; e < targets.length; e++) {
      int length = starts[e + 1] - starts[e];
      System.arraycopy(examples.get(e).tokenIds(), 0, tokenIds, starts[e], length);
      System.arraycopy(examples.get(e).typeIds(), 0, typeIds, starts[e], length);
    }
    return new Shard(index, tokenIds, typeIds, starts, targets);
  }

  public int size() {
    return targets.length;
  }

  /** Number of tokens of an example. */
  public int length(int example) {
    return starts[example + 1] - starts[example];
  }

  /** The examples of those numbers as a micro-batch, in the order given. */
  public MicroBatch gather(int... examples) {
    int tokens = 0;
    for (int e : examples) {
      tokens += length(e);
    }
    int[] ids = new int[tokens];
    int[] types = new int[tokens];
    int[] begin = new int[examples.length + 1];
    float[] wanted = new float[examples.length];
    for (int i = 0; i < examples.length; i++) {
      int e = examples[i];
      System.arraycopy(tokenIds, starts[e], ids, begin[i], length(e));
      System.arraycopy(typeIds, starts[e], types, begin[i], length(e));
      begin[i + 1] = begin[i] + length(e);
      wanted[i] = targets[e];
    }
    return new MicroBatch(ids, types, begin, wanted);
  }
}
