package io.sparsetune.error;

import java.util.List;

/** Wrong configuration or arguments; lists every problem at once. */
public final class ConfigException extends UserException {
  private static final long serialVersionUID = 1;
  private final transient List<String> problems;

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems), null);
    this.problems = List.copyOf(problems);
  }

  public ConfigException(String problem) {
    this(List.of(problem));
  }

  public List<String> problems() {
    return problems == null ? List.of(getMessage()) : problems;
  }

  @Override
  public int exitCode() {
    return 2;
  }
}
