package io.sparsetune.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Map;

/** Where a command writes: results to {@code out}, everything else to {@code err}. */
final class Terminal {
  private static final int USUAL_WIDTH = 80;
  private static final String STDERR_IS_TERMINAL = "SPARSETUNE_STDERR_IS_TERMINAL";

  private final PrintWriter out;
  private final PrintWriter err;
  private final PlainWriter plainErr;
  private final boolean live;
  private final int width;

  /**
   * @param live whether somebody watches {@code err} on a screen, so that a line may be redrawn
   * @param width of the screen in characters
   */
  Terminal(Writer out, Writer err, boolean live, int width) {
    this.out = new PrintWriter(new PlainWriter(out), true);
    this.plainErr = new PlainWriter(err);
    this.err = new PrintWriter(plainErr, true);
    this.live = live;
    this.width = width;
  }

  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  boolean live() {
    return live;
  }

  int width() {
    return width;
  }

  /** Draws over the line where the cursor is; it stays there. */
  void draw(String line) {
    control("\r");
    err.print(line);
    control("\u001b[K");
  }

  /** Prints a line of its own, over one that was drawn. */
  void say(String line) {
    if (live) {
      control("\r\u001b[K");
    }
    err.println(line);
    err.flush();
  }

  private void control(String sequence) {
    err.flush();
    try {
      plainErr.control(sequence);
      plainErr.flush();
    } catch (IOException e) {
      // As a PrintWriter has it: nobody reads it any more.
      return;
    }
  }

  static Terminal ofProcess(Writer out, Writer err) {
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
