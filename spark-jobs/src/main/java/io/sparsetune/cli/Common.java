package io.sparsetune.cli;

import java.io.PrintWriter;
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
