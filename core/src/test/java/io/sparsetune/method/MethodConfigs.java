package io.sparsetune.method;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Configurations of tests, by the keys that differ from the defaults. */
public final class MethodConfigs {
  private static final String LEAST = "{model: {path: m}, data: {train: t.jsonl}, output: o}";

  private MethodConfigs() {}

  /**
   * @param keyValues each {@code key=value}
   */
  public static RunConfig run(String... keyValues) {
    return RunConfigParser.parse(LEAST, "test", List.of(keyValues));
  }

  /**
   * @param keyValues of the section {@code method}, each {@code key=value}
   */
  public static MethodConfig method(String name, String... keyValues) {
    List<String> all = new ArrayList<>(List.of("method.name=" + name));
    Arrays.stream(keyValues).map("method."::concat).forEach(all::add);
    return run(all.toArray(String[]::new)).method();
  }
}
