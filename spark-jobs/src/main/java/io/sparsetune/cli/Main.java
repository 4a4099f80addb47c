package io.sparsetune.cli;

import io.sparsetune.error.Printable;
import io.sparsetune.files.Credentials;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/**
 * Entry point of the application jar, for spark-submit and the launcher.
 *
 * <p>Exit codes: 0 done; 2 wrong configuration or arguments; 3 bad data or file; 4 diverged; 1
 * anything else.
 */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // One way to write numbers, whatever the machine's language.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    Terminal terminal = Terminal.ofProcess(writer(System.out), writer(System.err));
    int code = run(terminal, Session.Sessions.OWN, arguments);
    // Only a failure ends the process itself: after success Spark may still have to say good-bye.
    if (code != 0) {
      System.exit(code);
    }
  }

  /** Runs a command in this process. */
  static int run(Terminal terminal, Session.Sessions sessions, String... arguments) {
    for (String argument : arguments) {
      if (Credentials.areIn(argument)) {
        terminal.err().println("Error: " + Printable.message(Credentials.refusal(argument)));
        return Failures.USAGE;
      }
    }
    Interruption interruption = new Interruption();
    Failures failures = new Failures(interruption);
    CommandLine line =
        new CommandLine(new SparseTune(new Session(terminal, interruption, sessions)))
            .setOut(terminal.out())
            .setErr(terminal.err())
            .setExecutionExceptionHandler(failures)
            .setParameterExceptionHandler(failures)
            // Colours of the help would be escaped like anybody's.
            .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
            .setUsageHelpAutoWidth(true)
            .setCaseInsensitiveEnumValuesAllowed(true);
    line.getSubcommands().values().forEach(Main::withUsage);
    try {
      return line.execute(arguments);
    } catch (Error e) {
      return failures.handle(e, terminal.err(), line.getParseResult());
    } finally {
      terminal.out().flush();
      terminal.err().flush();
    }
  }

  private static void withUsage(CommandLine command) {
    command.setUsageHelpLongOptionsMaxWidth(24);
  }

  private static Writer writer(PrintStream stream) {
    return new OutputStreamWriter(stream, StandardCharsets.UTF_8);
  }
}
