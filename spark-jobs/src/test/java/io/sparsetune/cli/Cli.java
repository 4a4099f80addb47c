package io.sparsetune.cli;

import io.sparsetune.error.ExitCode;
import io.sparsetune.testing.SharedSession;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;

/** The command line in this process, on the tests' session: what it printed, its exit code. */
record Cli(int code, String out, String err) {
  private static final Session.Sessions SHARED =
      new Session.Sessions() {
        @Override
        public SparkSession open(String name) {
          return SharedSession.get();
        }

        @Override
        public void close(SparkSession session, ExitCode code) {
          // Other tests go on with it.
        }
      };

  static Cli run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), false, 80);
    int code = Main.run(terminal, SHARED, arguments);
    return new Cli(code, out.toString(), err.toString());
  }

  /**
   * Looks at arguments without running anything.
   *
   * @throws CommandLine.ParameterException where they are wrong
   */
  static void parse(List<String> arguments) {
    Terminal nowhere =
        new Terminal(
            new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), false, 80);
    new CommandLine(new SparseTune(new Session(nowhere, new Interruption(), SHARED)))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(arguments.toArray(String[]::new));
  }
}
