package io.sparsetune.cli;

import io.sparsetune.cluster.YarnDriver;
import io.sparsetune.error.ExitCode;
import io.sparsetune.files.Credentials;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;

/** Entry point of the application jar, for spark-submit and the launcher. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    // One way to write numbers, whatever the machine's language.
    Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
    Terminal terminal = Terminal.ofProcess(writer(System.out), writer(System.err));
    Interruption interruption = new Interruption();
    Failures failures = new Failures(interruption);
    int code = run(terminal, Session.Sessions.OWN, interruption, failures, arguments);
    if (code == 0) {
      // The process ends by itself: Spark may still have to say good-bye.
      return;
    }
    if (YarnDriver.isHere() && !interruption.happened()) {
      if (ExitCode.of(code).filter(ExitCode::isFinal).isPresent()) {
        YarnDriver.fail(failures.said());
      }
      throw new FailedCommandException(failures.said());
    }
    System.exit(code);
  }

  /**
   * What ends the driver's thread in YARN's application master, which reports it; at the end of the
   * process it would report that instead.
   */
  private static final class FailedCommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private FailedCommandException(String message) {
      super(message, null, false, false);
    }

    @Override
    public String toString() {
      return getMessage();
    }
  }

  /** Runs a command in this process. */
  static int run(Terminal terminal, Session.Sessions sessions, String... arguments) {
    Interruption interruption = new Interruption();
    return run(terminal, sessions, interruption, new Failures(interruption), arguments);
  }

  private static int run(
      Terminal terminal,
      Session.Sessions sessions,
      Interruption interruption,
      Failures failures,
      String... arguments) {
    for (String argument : arguments) {
      if (Credentials.areIn(argument)) {
        failures.say(Credentials.refusal(argument), terminal.err());
        terminal.err().flush();
        return ExitCode.USAGE.number();
      }
    }
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
    line.getCommandSpec().usageMessage().exitCodeList(exitCodes());
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

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    for (ExitCode code : ExitCode.values()) {
      codes.put(Integer.toString(code.number()), code.meaning());
    }
    return codes;
  }

  private static void withUsage(CommandLine command) {
    command.setUsageHelpLongOptionsMaxWidth(24);
  }

  private static Writer writer(PrintStream stream) {
    return new OutputStreamWriter(stream, StandardCharsets.UTF_8);
  }
}
