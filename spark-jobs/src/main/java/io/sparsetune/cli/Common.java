package io.sparsetune.cli;

import java.io.PrintWriter;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Options that every command has. */
@Command(
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    showDefaultValues = true)
abstract class Common {
  /** A path with a scheme; any other path is local. */
  static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:/.*");

  @ParentCommand private SparseTune parent;

  @Option(
      names = "--stacktrace",
      description = "Show where in the program a failure happened.",
      order = 99)
  private boolean stackTrace;

  final boolean wantsStackTrace() {
    return stackTrace;
  }

  final Session session() {
    return parent.session();
  }

  final PrintWriter out() {
    return session().terminal().out();
  }
}
