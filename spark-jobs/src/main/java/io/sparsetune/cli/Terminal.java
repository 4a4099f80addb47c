package io.sparsetune.cli;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Where a command writes: results to {@code out}, everything else to {@code err}.
 *
 * @param live whether somebody watches {@code err} on a screen, so that a line may be redrawn
 * @param width of the screen in characters
 */
record Terminal(PrintWriter out, PrintWriter err, boolean live, int width) {
  private static final int USUAL_WIDTH = 80;
  private static final String STDERR_IS_TERMINAL = "SPARSETUNE_STDERR_IS_TERMINAL";

  static Terminal ofProcess(PrintWriter out, PrintWriter err) {
    return new Terminal(
        out, err, isLive(System.getenv(), System.console() != null), width(System.getenv()));
  }

  /**
   * A dumb terminal and a build server get plain lines, also where there is a console. The launcher
   * knows whether {@code err} is one; Java knows only of the other streams.
   */
  static boolean isLive(Map<String, String> environment, boolean console) {
    boolean build = !environment.getOrDefault("CI", "").isEmpty();
    boolean dumb = environment.getOrDefault("TERM", "dumb").equals("dumb");
    boolean screen =
        environment.containsKey(STDERR_IS_TERMINAL)
            ? environment.get(STDERR_IS_TERMINAL).equals("1")
            : console;
    return screen && !build && !dumb;
  }

  private static int width(Map<String, String> environment) {
    String columns = environment.getOrDefault("COLUMNS", "");
    return columns.matches("\\d{2,4}") ? Integer.parseInt(columns) : USUAL_WIDTH;
  }
}
