package io.sparsetune.experiments;

import io.sparsetune.error.ConfigException;
import io.sparsetune.hadoop.HadoopFolder;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
    List<Pattern> compiled = patterns.stream().map(Experiments::compile).toList();
    for (int i = 0; i < patterns.size(); i++) {
      Pattern pattern = compiled.get(i);
      if (cells.stream().noneMatch(cell -> pattern.matcher(cell.name()).matches())) {
        throw new ConfigException(
            "Invalid --only %s: no cell has such a name; there are %s"
                .formatted(patterns.get(i), shown(cells.stream().map(Cell::name).toList())));
      }
    }
    return cells.stream()
        .filter(
            cell ->
                patterns.isEmpty()
                    || compiled.stream().anyMatch(p -> p.matcher(cell.name()).matches()))
        .toList();
  }

  /** The first few names, and how many more there are. */
  static String shown(List<String> names) {
    String first = names.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return names.size() <= SHOWN ? first : first + " and " + (names.size() - SHOWN) + " more";
  }

  private static Pattern compile(String glob) {
    return Pattern.compile(
        Stream.of(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
  }
}
