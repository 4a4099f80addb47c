package io.sparsetune.quickstart;

import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The run's configuration: {@code conf/quickstart.yaml} with a folder and a seed put in. */
final class QuickStartConfig {
  /** A path without one is on the cluster's own file system. */
  private static final String SCHEME = "file://";

  private static final String TEMPLATE_FOLDER = "runs/quickstart";

  private QuickStartConfig() {}

  /**
   * The text of {@code config.yaml}, comments and all.
   *
   * @param folder absolute
   */
  static String text(Path folder, long seed, Length length) {
    StringBuilder text = new StringBuilder();
    for (String line : template().split("\n", -1)) {
      if (line.startsWith("#")) {
        continue;
      }
      line = withPath(line, folder);
      switch (line.strip().split(":", 2)[0]) {
        case "seed" -> text.append("  seed: ").append(seed);
        case "num_train_epochs" -> text.append(length == Length.SHORT ? "  max_steps: 6" : line);
        case "eval_steps" -> text.append(length == Length.SHORT ? "  eval_steps: 3" : line);
        case "sparsity" -> {
          text.append(line);
          if (length == Length.SHORT) {
            text.append("\n  score_steps: 2");
          }
        }
        default -> text.append(line);
      }
      text.append('\n');
    }
    return text.toString().strip() + "\n";
  }

  /** Whether a folder has a configuration of a quick start in it. */
  static boolean isIn(Path folder) {
    Path config = folder.resolve("config.yaml");
    try {
      return Files.exists(config)
          && RunConfigParser.read(config, List.of()).output().equals(SCHEME + folder + "/run");
    } catch (ConfigException e) {
      return false;
    }
  }

  /** Puts the folder in the template's place, quoted where YAML may want it. */
  private static String withPath(String line, Path folder) {
    int from = line.indexOf(TEMPLATE_FOLDER);
    if (from < 0) {
      return line;
    }
    int end = line.indexOf(' ', from);
    String path = line.substring(from, end < 0 ? line.length() : end);
    String moved = SCHEME + folder + path.substring(TEMPLATE_FOLDER.length());
    String comment = end < 0 ? "" : "  " + line.substring(end).strip();
    String yaml = moved.matches("[\\w./-]+") ? moved : "'" + moved.replace("'", "''") + "'";
    return line.substring(0, from) + yaml + comment;
  }

  private static String template() {
    try (InputStream in = QuickStartConfig.class.getResourceAsStream("quickstart.yaml")) {
      if (in == null) {
        throw new IllegalStateException("quickstart.yaml is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
