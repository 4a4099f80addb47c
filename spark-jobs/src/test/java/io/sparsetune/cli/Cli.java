package io.sparsetune.cli;

import io.sparsetune.testing.SharedSession;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.apache.spark.sql.SparkSession;

/** The command line in this process, on the tests' session: what it printed, its exit code. */
record Cli(int code, String out, String err) {
  private static final Session.Sessions SHARED =
      new Session.Sessions() {
        @Override
        public SparkSession open(String name) {
          return SharedSession.get();
        }

        @Override
        public void close(SparkSession session) {
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
}
