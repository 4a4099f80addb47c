package io.sparsetune.experiments;

import io.sparsetune.error.ConfigException;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.params.Glob;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/**
 * All runs that a folder describes.
 *
 * @param output the folder that their runs' folders and the results are in
 * @param cells in the order in which they run
 */
public record Experiments(String output, List<Cell> cells) {
  private static final int SHOWN = 5;

  public Experiments {
    cells = List.copyOf(cells);
  }

  /**
   * Reads a folder: {@code defaults.yaml}, {@code grid.yaml}, and any other YAML file, at any
   * depth, for a cell of its own.
   *
   * @param overrides of keys of {@code defaults.yaml}, each {@code key=value}
   * @throws ConfigException listing every problem of every cell
   */
  public static Experiments read(String folder, List<String> overrides, Configuration hadoop) {
    return new ExperimentReader(HadoopFolder.of(folder, hadoop), overrides).read();
  }

  /**
   * The cells that any pattern names; all of them without a pattern.
   *
   * @param patterns in which {@code *} stands for anything
   * @throws ConfigException for a pattern that names none
   */
  public List<Cell> named(List<String> patterns) {
    for (String pattern : patterns) {
      Glob glob = new Glob(pattern);
      if (cells.stream().noneMatch(cell -> glob.matches(cell.name()))) {
        throw new ConfigException(
            "Invalid --only %s: no cell has such a name; there are %s"
                .formatted(pattern, shown(cells.stream().map(Cell::name).toList())));
      }
    }
    return cells.stream()
        .filter(
            cell ->
                patterns.isEmpty()
                    || patterns.stream().anyMatch(p -> new Glob(p).matches(cell.name())))
        .toList();
  }

  /** The first few names, and how many more there are. */
  static String shown(List<String> names) {
    String first = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return names.size() <= SHOWN ? first : first + " and " + (names.size() - SHOWN) + " more";
  }
}
