package io.sparsetune.mask;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorPlace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where in a model a mask put its budget: counts for each layer and kind of tensor.
 *
 * @param cells in layout order; those without anything chosen too, where their layer has something
 */
public record MaskTable(Map<TensorPlace, Count> cells) {

  /**
   * @param chosen how many parameters the mask has there
   * @param size how many there are
   */
  public record Count(long chosen, long size) {
    static final Count NONE = new Count(0, 0);

    Count plus(Count other) {
      return new Count(chosen + other.chosen, size + other.size);
    }

    /** chosen/size; 0 of nothing. */
    public double share() {
      return size == 0 ? 0 : (double) chosen / size;
    }
  }

  public MaskTable {
    cells = Collections.unmodifiableMap(new LinkedHashMap<>(cells));
  }

  /**
   * @param tensors indices of those to be counted: without the head, where the mask's budget does
   *     not count it
   */
  public static MaskTable of(ParameterLayout layout, Mask mask, List<Integer> tensors) {
    Map<TensorPlace, Count> cells = new LinkedHashMap<>();
    Set<String> layers = new LinkedHashSet<>();
    for (int t : tensors) {
      TensorPlace place = TensorPlace.of(layout.tensor(t));
      cells.merge(place, new Count(mask.count(t), layout.tensor(t).size()), Count::plus);
      if (mask.count(t) > 0) {
        layers.add(place.layer());
      }
    }
    cells.keySet().removeIf(place -> !layers.contains(place.layer()));
    return new MaskTable(cells);
  }

  public List<String> layers() {
    Set<String> layers = new LinkedHashSet<>();
    cells.keySet().forEach(place -> layers.add(place.layer()));
    return List.copyOf(layers);
  }

  /** Kinds in which something is chosen, in layout order. */
  public List<String> kinds() {
    Set<String> kinds = new LinkedHashSet<>();
    cells.forEach(
        (place, count) -> {
          if (count.chosen() > 0) {
            kinds.add(place.kind());
          }
        });
    return new ArrayList<>(kinds);
  }

  /** Of one layer and kind; nothing where there is no such tensor. */
  public Count at(String layer, String kind) {
    return cells.getOrDefault(new TensorPlace(layer, kind), Count.NONE);
  }

  public Count ofLayer(String layer) {
    return sum(place -> place.layer().equals(layer));
  }

  public Count ofKind(String kind) {
    return sum(place -> place.kind().equals(kind));
  }

  public Count all() {
    return sum(place -> true);
  }

  private Count sum(Predicate<TensorPlace> wanted) {
    return cells.entrySet().stream()
        .filter(cell -> wanted.test(cell.getKey()))
        .map(Map.Entry::getValue)
        .reduce(Count.NONE, Count::plus);
  }
}
