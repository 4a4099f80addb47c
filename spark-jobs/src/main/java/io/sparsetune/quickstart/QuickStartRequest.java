package io.sparsetune.quickstart;

import java.nio.file.Path;

/**
 * @param folder what to fill: {@code model/}, {@code data/}, {@code config.yaml}, {@code run/}
 * @param assets where the launcher put the two jars
 * @param seed of the run
 * @param overwrite whether a finished run of another configuration may be replaced
 */
public record QuickStartRequest(
    Path folder, Path assets, long seed, Length length, boolean overwrite) {

  public QuickStartRequest {
    folder = folder.toAbsolutePath().normalize();
  }

  Path model() {
    return folder.resolve("model");
  }

  Path data() {
    return folder.resolve("data");
  }

  Path config() {
    return folder.resolve("config.yaml");
  }

  Path run() {
    return folder.resolve("run");
  }
}
