package io.sparsetune.batch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Deals a data set's examples by their content: the example of rank r goes to shard r mod V. */
public final class ShardDealer {
  private ShardDealer() {}

  /**
   * @param examples in any order
   * @param shards V
   */
  public static List<Shard> deal(List<EncodedExample> examples, int shards) {
    List<EncodedExample> ranked = new ArrayList<>(examples);
    ranked.sort(Comparator.comparing(EncodedExample::hash));
    List<List<EncodedExample>> hands = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      hands.add(new ArrayList<>());
    }
    for (int r = 0; r < ranked.size(); r++) {
      hands.get(r % shards).add(ranked.get(r));
    }
    List<Shard> dealt = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      dealt.add(Shard.pack(s, hands.get(s)));
    }
    return dealt;
  }
}
