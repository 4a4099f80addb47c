package io.sparsetune.dense;

import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSlice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The state of the positions [from, from + length) of a tensor: what is shuffled between executors,
 * averaged and projected.
 *
 * @param state [arrays][length]
 * @param base θ⁰ there, [length]; empty where another worker's slice has it
 */
public record StateSlice(int tensor, int from, float[][] state, float[] base)
    implements Serializable {

  /** A place in the model, of {@link ScoreSlice#LENGTH} positions or what is left of a tensor. */
  public record Place(int tensor, int from) implements Comparable<Place>, Serializable {
    @Override
    public int compareTo(Place other) {
      return tensor == other.tensor
          ? Integer.compare(from, other.from)
          : Integer.compare(tensor, other.tensor);
    }
  }

  /** The places of whole tensors, in layout order. */
  public static List<Place> places(Mask dense) {
    List<Place> places = new ArrayList<>();
    for (int t = 0; t < dense.tensorCount(); t++) {
      for (int from = 0; from < dense.count(t); from += ScoreSlice.LENGTH) {
        places.add(new Place(t, from));
      }
    }
    return places;
  }

  /**
   * A copy of that place's part.
   *
   * @param dense whole tensors
   * @param state [arrays][dense.size()]
   * @param base [dense.size()]
   */
  public static StateSlice cut(Place place, Mask dense, float[][] state, float[] base) {
    int first = dense.firstOrdinal(place.tensor()) + place.from();
    int end =
        Math.min(
            first + ScoreSlice.LENGTH,
            dense.firstOrdinal(place.tensor()) + dense.count(place.tensor()));
    float[][] parts = new float[state.length][];
    for (int a = 0; a < parts.length; a++) {
      parts[a] = Arrays.copyOfRange(state[a], first, end);
    }
    return new StateSlice(
        place.tensor(), place.from(), parts, Arrays.copyOfRange(base, first, end));
  }

  public StateSlice withoutBase() {
    return new StateSlice(tensor, from, state, new float[0]);
  }

  public Place place() {
    return new Place(tensor, from);
  }

  public int length() {
    return state[0].length;
  }
}
