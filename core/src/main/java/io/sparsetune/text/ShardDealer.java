package io.sparsetune.text;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Deals rows to shards by their content: the row of rank r goes to shard r mod V. */
public final class ShardDealer {
  private ShardDealer() {}

  /**
   * @param rows in any order
   * @param shards V
   */
  public static List<Shard> deal(List<RankedRow> rows, int shards) {
    List<RankedRow> sorted = new ArrayList<>(rows);
    sorted.sort(Comparator.comparing(RankedRow::rank));
    List<List<RankedRow>> hands = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      hands.add(new ArrayList<>());
    }
    for (int r = 0; r < sorted.size(); r++) {
      hands.get(r % shards).add(sorted.get(r));
    }
    List<Shard> dealt = new ArrayList<>();
    for (int s = 0; s < shards; s++) {
      dealt.add(pack(s, hands.get(s)));
    }
    return dealt;
  }

  /** The rows, in the order given, as one shard. */
  public static Shard pack(int index, List<RankedRow> rows) {
    int[] starts = new int[rows.size() + 1];
    float[] targets = new float[rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      starts[i + 1] = Math.addExact(starts[i], rows.get(i).tokenIds().length);
      targets[i] = rows.get(i).target();
    }
    int[] tokenIds = new int[starts[rows.size()]];
    int[] typeIds = new int[tokenIds.length];
    for (int i = 0; i < rows.size(); i++) {
      RankedRow row = rows.get(i);
      System.arraycopy(row.tokenIds(), 0, tokenIds, starts[i], row.tokenIds().length);
      System.arraycopy(row.typeIds(), 0, typeIds, starts[i], row.tokenIds().length);
    }
    return new Shard(index, tokenIds, typeIds, starts, targets);
  }
}
