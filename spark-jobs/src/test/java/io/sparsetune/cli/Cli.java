package io.sparsetune.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The command line in this process: what it printed, and its exit code. */
record Cli(int code, String out, String err) {
  static Cli run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Main.run(new Terminal(new PrintWriter(out), new PrintWriter(err), false, 80), arguments);
    return new Cli(code, out.toString(), err.toString());
  }
}
