package io.sparsetune.error;

import java.util.List;

/** Wrong configuration or arguments; lists every problem at once. */
public final class ConfigException extends UserException {
  private static final long serialVersionUID = 1;
  private final transient List<String> problems;

  public ConfigException(List<String> problems) {
    this(problems, null);
  }

  public ConfigException(String problem) {
    this(problem, null);
  }

  public ConfigException(String problem, Throwable cause) {
    this(List.of(problem), cause);
  }

  private ConfigException(List<String> problems, Throwable cause) {
    super(String.join("\n", problems), cause);
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems == null ? List.of(getMessage()) : problems;
  }

  @Override
  public ExitCode exitCode() {
    return ExitCode.USAGE;
  }
}
