package io.sparsetune.mask;

import io.sparsetune.params.ParameterLayout;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * A choice of parameters: for each tensor of a layout nothing, the whole tensor, or sorted
 * row-major positions inside it. Ordinals 0..size−1 number the chosen parameters in layout order.
 * Immutable.
 */
public final class Mask implements Serializable {
  private static final long serialVersionUID = 1;

  /** In place of positions: the whole tensor. */
  private static final int[] WHOLE = {-1};

  private static final int[] NONE = {};

  private final int[][] positions;
  private final int[] firstOrdinal;

  private Mask(int[][] positions, int[] firstOrdinal) {
    this.positions = positions;
    this.firstOrdinal = firstOrdinal;
  }

  /** Nothing chosen. */
  public static Mask none(ParameterLayout layout) {
    return new Builder(layout).build();
  }

  public int tensorCount() {
    return positions.length;
  }

  /** Number of chosen parameters. */
  public int size() {
    return firstOrdinal[positions.length];
  }

  /** Ordinal of the tensor's first chosen parameter. */
  public int firstOrdinal(int tensor) {
    return firstOrdinal[tensor];
  }

  /** Number of chosen parameters in the tensor. */
  public int count(int tensor) {
    return firstOrdinal[tensor + 1] - firstOrdinal[tensor];
  }

  public boolean isWhole(int tensor) {
    return positions[tensor].length == 1 && positions[tensor][0] == -1;
  }

  /**
   * Sorted positions inside the tensor. The array is the mask's own: do not write to it.
   *
   * @throws IllegalStateException where the tensor is chosen whole
   */
  public int[] positions(int tensor) {
    if (isWhole(tensor)) {
      throw new IllegalStateException("Tensor " + tensor + " is chosen whole: it has no positions");
    }
    return positions[tensor];
  }

  /**
   * The chosen parameters' values.
   *
   * @param theta [n of the layout]
   * @return [size], by ordinal
   */
  public float[] gather(ParameterLayout layout, float[] theta) {
    requireFits(layout, theta);
    float[] values = new float[size()];
    for (int t = 0; t < positions.length; t++) {
      int first = firstOrdinal[t];
      int offset = layout.offset(t);
      if (isWhole(t)) {
        System.arraycopy(theta, offset, values, first, count(t));
        continue;
      }
      int[] chosen = positions[t];
      for (int q = 0; q < chosen.length; q++) {
        values[first + q] = theta[offset + chosen[q]];
      }
    }
    return values;
  }

  /**
   * Writes values to the chosen parameters, and to no other.
   *
   * @param theta [n of the layout]
   * @param values [size], by ordinal
   */
  public void scatter(ParameterLayout layout, float[] theta, float[] values) {
    requireFits(layout, theta);
    if (values.length != size()) {
      throw new IllegalArgumentException(
          "Invalid values: %d for a mask of %d".formatted(values.length, size()));
    }
    for (int t = 0; t < positions.length; t++) {
      int first = firstOrdinal[t];
      int offset = layout.offset(t);
      if (isWhole(t)) {
        System.arraycopy(values, first, theta, offset, count(t));
        continue;
      }
      int[] chosen = positions[t];
      for (int q = 0; q < chosen.length; q++) {
        theta[offset + chosen[q]] = values[first + q];
      }
    }
  }

  /**
   * Copies what this mask and another one have in common.
   *
   * @param values [size] of this mask
   * @param into [to.size()]; what only {@code to} has is left as it is
   * @return how many were copied
   */
  public int copyCommon(float[] values, Mask to, float[] into) {
    int common = 0;
    for (int t = 0; t < positions.length; t++) {
      int q = 0;
      for (int r = 0; r < to.count(t) && q < count(t); r++) {
        int wanted = to.position(t, r);
        while (q < count(t) && position(t, q) < wanted) {
          q++;
        }
        if (q < count(t) && position(t, q) == wanted) {
          into[to.firstOrdinal[t] + r] = values[firstOrdinal[t] + q];
          common++;
        }
      }
    }
    return common;
  }

  /** How many of the tensor's chosen parameters stand below that position. */
  public int numberAt(int tensor, int position) {
    if (isWhole(tensor)) {
      return Math.min(position, count(tensor));
    }
    int found = Arrays.binarySearch(positions[tensor], position);
    return found < 0 ? -found - 1 : found;
  }

  /** Of the tensor's chosen parameters, the position of that number, from 0. */
  public int position(int tensor, int number) {
    return isWhole(tensor) ? number : positions[tensor][number];
  }

  private void requireFits(ParameterLayout layout, float[] theta) {
    if (theta.length != layout.size() || positions.length != layout.tensorCount()) {
      throw new IllegalArgumentException(
          "Invalid model: %d parameters, a layout of %d in %d tensors, a mask of %d tensors"
              .formatted(theta.length, layout.size(), layout.tensorCount(), positions.length));
    }
  }

  /** This mask and, whole, the tensors of those indices. */
  public Mask withWhole(ParameterLayout layout, List<Integer> tensors) {
    Builder builder = new Builder(layout);
    for (int t = 0; t < positions.length; t++) {
      if (isWhole(t) || tensors.contains(t)) {
        builder.whole(t);
      } else {
        builder.positions(t, positions[t]);
      }
    }
    return builder.build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Mask mask
        && Arrays.deepEquals(positions, mask.positions)
        && Arrays.equals(firstOrdinal, mask.firstOrdinal);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(positions);
  }

  @Override
  public String toString() {
    return "Mask[" + size() + " of " + positions.length + " tensors]";
  }

  /** Collects positions tensor by tensor, in any order of tensors. */
  public static final class Builder {
    private final ParameterLayout layout;
    private final int[][] positions;

    public Builder(ParameterLayout layout) {
      this.layout = layout;
      this.positions = new int[layout.tensorCount()][];
      Arrays.fill(positions, NONE);
    }

    public Builder whole(int tensor) {
      positions[tensor] = WHOLE;
      return this;
    }

    /**
     * @throws IllegalArgumentException unless strictly rising and inside the tensor
     */
    public Builder positions(int tensor, int[] sorted) {
      int previous = -1;
      for (int position : sorted) {
        if (position <= previous || position >= layout.tensor(tensor).size()) {
          throw new IllegalArgumentException(
              "Invalid position: %d in %s (positions rise strictly, below %d)"
                  .formatted(position, layout.tensor(tensor).name(), layout.tensor(tensor).size()));
        }
        previous = position;
      }
      positions[tensor] = sorted.clone();
      return this;
    }

    public Mask build() {
      int[] first = new int[positions.length + 1];
      for (int t = 0; t < positions.length; t++) {
        int count = positions[t] == WHOLE ? layout.tensor(t).size() : positions[t].length;
        first[t + 1] = Math.addExact(first[t], count);
      }
      return new Mask(positions.clone(), first);
    }
  }
}
