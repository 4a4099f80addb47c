package io.sparsetune.experiments;

import io.sparsetune.config.ConfigGrid;
import io.sparsetune.config.ConfigLayer;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.IoReason;
import io.sparsetune.hadoop.HadoopFiles;
import io.sparsetune.hadoop.HadoopFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads a folder of experiments and finds everything that is wrong with it. */
final class ExperimentReader {
  static final String DEFAULTS = "defaults.yaml";
  static final String GRID = "grid.yaml";
  private static final String OUTPUT = "output";
  private static final int LONGEST = 1 << 20;
  private static final Pattern YAML = Pattern.compile("(.+)\\.ya?ml");
  private static final Pattern SEED = Pattern.compile("(.+)/seed-(-?\\d+)");

  private final HadoopFolder folder;
  private final String shown;
  private final List<String> overrides;

  /** Each problem with the names of the cells that have it; none for one of the folder. */
  private final Map<String, List<String>> problems = new LinkedHashMap<>();

  /**
   * @param overrides of keys of the defaults, each {@code key=value}
   */
  ExperimentReader(HadoopFolder folder, List<String> overrides) {
    this.folder = folder;
    this.overrides = List.copyOf(overrides);
    this.shown = HadoopFiles.shown(folder.location());
  }

  /**
   * Where a cell comes from, before its configuration is resolved: the grid, or a file of its own.
   */
  private record Source(
      String name,
      String line,
      String task,
      String method,
      boolean ofGrid,
      List<ConfigLayer> layers) {}

  Experiments read() {
    List<String> files = files();
    if (!files.contains(DEFAULTS)) {
      throw new ConfigException(
          "Cannot find %s in %s: it has what all cells share, and output, the folder that their runs go into"
              .formatted(DEFAULTS, shown));
    }
    List<ConfigLayer> defaults = new ArrayList<>(List.of(layer(DEFAULTS)));
    overrides.forEach(
        override -> collecting(() -> ConfigLayer.override(override)).ifPresent(defaults::add));
    Optional<ConfigLayer> giving =
        defaults.stream()
            .filter(layer -> layer.place(OUTPUT).isPresent())
            .reduce((below, above) -> above);
    Optional<String> output = giving.flatMap(layer -> layer.text(OUTPUT));
    if (giving.isEmpty()) {
      problem(
          "Cannot find output in %s: it has to be given (the folder that all runs go into)"
              .formatted(DEFAULTS));
    } else if (output.isEmpty()) {
      problem(
          "Invalid output (%s): expected a path, the folder that all runs go into"
              .formatted(giving.get().place(OUTPUT).orElseThrow()));
    }
    List<Source> sources = new ArrayList<>();
    if (files.contains(GRID)) {
      collecting(() -> ConfigGrid.cells(text(GRID), GRID, defaults))
          .ifPresent(
              cells ->
                  cells.forEach(
                      cell ->
                          sources.add(
                              new Source(
                                  cell.name(),
                                  cell.line(),
                                  cell.task(),
                                  cell.method(),
                                  true,
                                  cell.layers()))));
    }
    for (String file : files) {
      if (!file.equals(DEFAULTS) && !file.equals(GRID)) {
        ofFile(file).ifPresent(sources::add);
      }
    }
    checkNames(sources);
    List<Cell> cells = new ArrayList<>();
    for (Source source : sources) {
      cell(source, defaults, output.orElse("")).ifPresent(cells::add);
    }
    if (sources.isEmpty() && problems.isEmpty()) {
      problem(
          "Cannot find any cell in %s: add %s, or a file for each cell with what differs from %s"
              .formatted(shown, GRID, DEFAULTS));
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(described(sources.size()));
    }
    return new Experiments(output.orElseThrow(), lines(cells));
  }

  private List<String> files() {
    try {
      if (!folder.exists()) {
        throw new ConfigException(
            "Cannot read the experiments " + shown + ": there is no such folder");
      }
      return folder.filesBelow().stream().filter(file -> YAML.matcher(file).matches()).toList();
    } catch (IOException e) {
      throw new ConfigException("Cannot read the experiments " + shown + ": " + IoReason.of(e));
    }
  }

  private Optional<Source> ofFile(String file) {
    Matcher matcher = YAML.matcher(file);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("Invalid file: " + file);
    }
    String name = matcher.group(1);
    if (!Stream.of(name.split("/")).allMatch(ConfigGrid::isName)) {
      problem(
          "Invalid file name %s: letters, digits and ._+=- only: it becomes the name of the run's folder"
              .formatted(file));
    }
    return collecting(() -> layer(file))
        .map(layer -> new Source(name, name, "", "", false, List.of(layer)));
  }

  private Optional<Cell> cell(Source source, List<ConfigLayer> defaults, String output) {
    List<ConfigLayer> layers = new ArrayList<>(defaults);
    for (ConfigLayer layer : source.layers) {
      layer
          .place(OUTPUT)
          .ifPresent(
              place ->
                  problem(
                      "Cannot use output (%s): all runs go below the output of %s; remove it"
                          .formatted(place, DEFAULTS)));
      layers.add(layer);
    }
    String folderOfRun = output + (output.endsWith("/") ? "" : "/") + source.name;
    layers.add(ConfigLayer.of(OUTPUT, folderOfRun, DEFAULTS));
    try {
      RunConfig config = RunConfigParser.parse(layers);
      String method =
          source.ofGrid && source.method.isEmpty() ? config.method().name() : source.method;
      return Optional.of(new Cell(source.name, source.line, source.task, method, config));
    } catch (ConfigException e) {
      e.problems()
          .forEach(
              text -> problems.computeIfAbsent(text, absent -> new ArrayList<>()).add(source.name));
      return Optional.empty();
    }
  }

  /** A run's folder must not hold another run's. */
  private void checkNames(List<Source> sources) {
    List<String> names = sources.stream().map(Source::name).sorted().toList();
    for (String name : names) {
      if (names.indexOf(name) != names.lastIndexOf(name)) {
        problem("Cannot use the name %s for two cells; rename one".formatted(name));
      }
      names.stream()
          .filter(other -> other.startsWith(name + "/"))
          .findFirst()
          .ifPresent(
              other ->
                  problem(
                      "Cannot use the names %s and %s together: one run's folder would lie in the other's; rename one"
                          .formatted(name, other)));
    }
  }

  /**
   * Gives files of seeds ({@code NAME/seed-1.yaml}) a line of the results together, if nothing else
   * tells them apart; what is said of a method is then the file's name.
   */
  private static List<Cell> lines(List<Cell> cells) {
    Map<String, List<Cell>> byLine = new LinkedHashMap<>();
    for (Cell cell : cells) {
      Matcher seed = SEED.matcher(cell.name());
      boolean ofSeed =
          cell.method().isEmpty()
              && seed.matches()
              && seed.group(2).equals(Long.toString(cell.seed()));
      byLine
          .computeIfAbsent(ofSeed ? seed.group(1) : cell.name(), absent -> new ArrayList<>())
          .add(cell);
    }
    List<Cell> result = new ArrayList<>();
    byLine.forEach(
        (line, members) -> {
          boolean same = members.stream().allMatch(members.get(0)::isSeedOf);
          for (Cell cell : members) {
            String name = same ? line : cell.name();
            result.add(
                cell.method().isEmpty()
                    ? new Cell(cell.name(), name, cell.task(), name, cell.config())
                    : cell);
          }
        });
    return result;
  }

  private ConfigLayer layer(String file) {
    return ConfigLayer.read(text(file), file);
  }

  private String text(String file) {
    try {
      return StandardCharsets.UTF_8.decode(folder.file(file).readAll(LONGEST)).toString();
    } catch (DataException e) {
      throw new ConfigException(e.getMessage());
    }
  }

  private <T> Optional<T> collecting(Supplier<T> reading) {
    try {
      return Optional.of(reading.get());
    } catch (ConfigException e) {
      e.problems().forEach(this::problem);
      return Optional.empty();
    }
  }

  private void problem(String text) {
    problems.putIfAbsent(text, new ArrayList<>());
  }

  private List<String> described(int cells) {
    return problems.entrySet().stream()
        .map(
            problem ->
                problem.getValue().isEmpty() || problem.getValue().size() == cells
                    ? problem.getKey()
                    : problem.getKey() + " [" + Experiments.shown(problem.getValue()) + "]")
        .toList();
  }
}
