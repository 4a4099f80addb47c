package io.sparsetune.config;

import io.sparsetune.error.ConfigException;
import io.sparsetune.error.NearestName;
import io.sparsetune.keys.Key;
import io.sparsetune.keys.Node;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MethodOptions;
import io.sparsetune.method.Methods;
import io.sparsetune.method.Variant;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tasks × methods × sparsities × seeds, as a file gives them: tasks and methods are named layers,
 * the others lists of numbers. An axis that is not there has no part in the names.
 */
public final class ConfigGrid {
  private static final String TASKS = "tasks";
  private static final String METHODS = "methods";
  private static final String SPARSITIES = "sparsities";
  private static final String SEEDS = "seeds";
  private static final List<String> AXES = List.of(TASKS, METHODS, SPARSITIES, SEEDS);
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+=-]*");
  private static final ConfigLayer NOTHING = ConfigLayer.read("", "");

  private final Node.Mapping root;
  private final String source;
  private final List<String> problems = new ArrayList<>();

  /**
   * One cell.
   *
   * @param name as a path: {@code cola/sam-p0.005/seed-1}
   * @param line the same without the seed; empty where the seeds are the only axis
   * @param task its name on that axis; empty without the axis
   * @param method its name on that axis; empty without the axis
   * @param layers to be laid over the defaults, in this order
   */
  public record Cell(
      String name, String line, String task, String method, List<ConfigLayer> layers) {}

  private ConfigGrid(Node.Mapping root, String source) {
    this.root = root;
    this.source = source;
  }

  /**
   * @param source what messages call the file
   * @param defaults what the cells are laid over, each over those before it
   * @return tasks outermost, seeds innermost, in the order of the file
   * @throws ConfigException listing every problem with the grid itself
   */
  public static List<Cell> cells(String yaml, String source, List<ConfigLayer> defaults) {
    ConfigGrid grid = new ConfigGrid(YamlReader.file(yaml, source), source);
    List<Cell> cells = grid.cells(defaults);
    if (!grid.problems.isEmpty()) {
      throw new ConfigException(grid.problems);
    }
    return cells;
  }

  /** Whether a name can be that of a cell, or of a part of one: it becomes a folder's. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  private List<Cell> cells(List<ConfigLayer> defaults) {
    for (Map.Entry<String, Node> axis : root.entries().entrySet()) {
      if (!AXES.contains(axis.getKey())) {
        problems.add(
            "Unknown axis '%s' (%s); a grid has %s.%s"
                .formatted(
                    Node.cut(axis.getKey()),
                    axis.getValue().where(),
                    String.join(", ", AXES),
                    NearestName.hint(axis.getKey(), AXES)));
      }
    }
    Map<String, ConfigLayer> tasks = layers(TASKS);
    Map<String, ConfigLayer> methods = layers(METHODS);
    Map<String, ConfigLayer> sparsities = numbers(SPARSITIES, "method.sparsity", "p");
    Map<String, ConfigLayer> seeds = numbers(SEEDS, "training.seed", "seed-");
    List<Cell> cells = new ArrayList<>();
    for (Map.Entry<String, ConfigLayer> task : tasks.entrySet()) {
      for (Map.Entry<String, ConfigLayer> method : methods.entrySet()) {
        List<ConfigLayer> below = new ArrayList<>(defaults);
        below.addAll(List.of(task.getValue(), method.getValue()));
        Map<String, ConfigLayer> budgets =
            takesBudget(below, method.getValue()) ? sparsities : Map.of("", NOTHING);
        for (Map.Entry<String, ConfigLayer> budget : budgets.entrySet()) {
          String line = joined("/", task.getKey(), joined("-", method.getKey(), budget.getKey()));
          for (Map.Entry<String, ConfigLayer> seed : seeds.entrySet()) {
            cells.add(
                new Cell(
                    joined("/", line, seed.getKey()),
                    line,
                    task.getKey(),
                    method.getKey(),
                    List.of(
                        task.getValue(), method.getValue(), budget.getValue(), seed.getValue())));
          }
        }
      }
    }
    requireDifferentNames(cells);
    return cells;
  }

  /** A method that has a budget, and whose own layer does not say which. */
  private static boolean takesBudget(List<ConfigLayer> below, ConfigLayer method) {
    String resolved =
        text(below, ConfigKeys.METHOD.name()).orElse(ConfigKeys.METHOD.fallback().orElseThrow());
    return Methods.names().contains(resolved)
        && variant(Methods.named(resolved), below).hasBudget()
        && method.place("method.sparsity").isEmpty()
        && method.place("method.k").isEmpty();
  }

  /** The method in the form that the layers name; as it is where they name none that it has. */
  private static MaskMethod variant(MaskMethod method, List<ConfigLayer> layers) {
    Key<String> key = Variant.KEY;
    return method.keys().contains(key)
        ? method.as(
            MethodOptions.none()
                .with(key, text(layers, key.name()).orElse(key.fallback().orElseThrow())))
        : method;
  }

  /** What the uppermost layer that has the key says; nothing where that takes it back. */
  private static Optional<String> text(List<ConfigLayer> layers, String name) {
    return layers.stream()
        .filter(layer -> layer.place(name).isPresent())
        .reduce((below, above) -> above)
        .flatMap(layer -> layer.text(name));
  }

  /** Such as method {@code sam-p0.1} beside {@code sam} and a sparsity of 0.1. */
  private void requireDifferentNames(List<Cell> cells) {
    Set<String> names = new HashSet<>();
    for (Cell cell : cells) {
      if (!names.add(cell.name())) {
        problems.add(
            "Two cells have the name %s (%s): call one of their methods otherwise"
                .formatted(cell.name(), source));
      }
    }
  }

  private Map<String, ConfigLayer> layers(String axis) {
    Node node = root.entries().get(axis);
    if (node == null) {
      return Map.of("", NOTHING);
    }
    Map<String, ConfigLayer> layers = new LinkedHashMap<>();
    if (node instanceof Node.Mapping mapping) {
      mapping.entries().forEach((name, layer) -> layers.put(name, layer(axis, name, layer)));
    }
    if (layers.isEmpty()) {
      problems.add(
          "Invalid %s: %s (%s); expected names, each with what it changes in the defaults"
              .formatted(axis, node.shown(), node.where()));
    }
    return layers;
  }

  private ConfigLayer layer(String axis, String name, Node node) {
    if (!isName(name)) {
      problems.add(
          "Invalid name in %s: '%s' (%s); letters, digits and ._+=- only: it becomes a folder's"
              .formatted(axis, Node.cut(name), node.where()));
    }
    if (node instanceof Node.Mapping mapping) {
      return ConfigLayer.of(mapping);
    }
    if (!(node instanceof Node.Scalar scalar && scalar.isNull())) {
      problems.add(
          "Invalid %s.%s: %s (%s); expected sections with keys, such as {method: {name: sam}}"
              .formatted(axis, name, node.shown(), node.where()));
    }
    return NOTHING;
  }

  private Map<String, ConfigLayer> numbers(String axis, String key, String prefix) {
    Node node = root.entries().get(axis);
    if (node == null) {
      return Map.of("", NOTHING);
    }
    Map<String, ConfigLayer> layers = new LinkedHashMap<>();
    Set<String> twice = new LinkedHashSet<>();
    List<Node> items = node instanceof Node.Sequence list ? list.items() : List.of();
    for (Node item : items) {
      Optional<String> number =
          axis.equals(SEEDS)
              ? Key.whole(item).map(seed -> Long.toString(seed))
              : Key.decimal(item, p -> p > 0 && p <= 1).map(ConfigGrid::plain);
      if (number.isEmpty()) {
        problems.add(
            "Invalid %s: %s (%s); expected %s"
                .formatted(
                    axis,
                    item.shown(),
                    item.where(),
                    axis.equals(SEEDS) ? "whole numbers" : "numbers in (0, 1]"));
      } else if (layers.put(prefix + number.get(), ConfigLayer.of(key, number.get(), item.where()))
          != null) {
        twice.add(number.get());
      }
    }
    if (items.isEmpty()) {
      problems.add(
          "Invalid %s: %s (%s); expected a list of numbers, such as [%s]"
              .formatted(
                  axis,
                  node.shown(),
                  node.where(),
                  axis.equals(SEEDS) ? "1, 2, 3" : "0.005, 0.02"));
    }
    twice.forEach(
        number ->
            problems.add("Invalid %s: %s is there twice (%s)".formatted(axis, number, source)));
    return layers;
  }

  /** As people write it: 0.005, however it was written. */
  private static String plain(double p) {
    return new BigDecimal(Double.toString(p)).stripTrailingZeros().toPlainString();
  }

  private static String joined(String separator, String... parts) {
    List<String> given = new ArrayList<>();
    for (String part : parts) {
      if (!part.isEmpty()) {
        given.add(part);
      }
    }
    return String.join(separator, given);
  }
}
