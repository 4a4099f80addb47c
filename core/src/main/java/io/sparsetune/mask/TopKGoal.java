package io.sparsetune.mask;

import io.sparsetune.params.ParameterLayout;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How many of the largest scores to keep, and of which tensors: a group for each tensor, or one for
 * all. Immutable.
 */
public final class TopKGoal implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int OUTSIDE = -1;

  private final int[] groupOfTensor;
  private final long[] keep;

  private TopKGoal(int[] groupOfTensor, long[] keep) {
    this.groupOfTensor = groupOfTensor;
    this.keep = keep;
  }

  static TopKGoal perTensor(ParameterLayout layout, MaskScope scope, int[] keep) {
    int[] groups = outside(layout);
    for (int i = 0; i < scope.tensors().size(); i++) {
      groups[scope.tensors().get(i)] = i;
    }
    return new TopKGoal(groups, Arrays.stream(keep).asLongStream().toArray());
  }

  static TopKGoal global(ParameterLayout layout, MaskScope scope, long keep) {
    int[] groups = outside(layout);
    scope.tensors().forEach(t -> groups[t] = 0);
    return new TopKGoal(groups, new long[] {keep});
  }

  private static int[] outside(ParameterLayout layout) {
    int[] groups = new int[layout.tensorCount()];
    Arrays.fill(groups, OUTSIDE);
    return groups;
  }

  /**
   * This goal cut into parts, each of tensors that follow one another, so that scores can be made a
   * part at a time; the top-k itself is over all.
   *
   * @param most parameters of a part; one tensor of more is a part of its own
   */
  public List<TopKGoal> parts(ParameterLayout layout, long most) {
    List<TopKGoal> parts = new ArrayList<>();
    int[] groups = outside(layout);
    long size = 0;
    for (int t = 0; t < groupOfTensor.length; t++) {
      if (wants(t)) {
        if (size > 0 && size + layout.tensor(t).size() > most) {
          parts.add(new TopKGoal(groups, keep));
          groups = outside(layout);
          size = 0;
        }
        groups[t] = groupOfTensor[t];
        size += layout.tensor(t).size();
      }
    }
    parts.add(new TopKGoal(groups, keep));
    return List.copyOf(parts);
  }

  /** Of this goal, ⌊k·part/parts⌋ in each group, and at least one where there is one at all. */
  public TopKGoal part(int part, int parts) {
    long[] fewer = new long[keep.length];
    for (int g = 0; g < keep.length; g++) {
      fewer[g] = Math.min(keep[g], Math.max(1, keep[g] * part / parts));
    }
    return new TopKGoal(groupOfTensor, fewer);
  }

  /** Whether the tensor's scores take part. */
  public boolean wants(int tensor) {
    return groupOfTensor[tensor] != OUTSIDE;
  }

  /** The tensor's group, or −1. */
  public int group(int tensor) {
    return groupOfTensor[tensor];
  }

  public int groups() {
    return keep.length;
  }

  /** How many of the group's scores to keep. */
  public long keep(int group) {
    return keep[group];
  }

  /** How many scores the group that keeps most of them keeps. */
  public long largest() {
    return Arrays.stream(keep).max().orElse(0);
  }

  /** k, over all groups. */
  public long size() {
    return Arrays.stream(keep).sum();
  }
}
