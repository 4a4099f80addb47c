package io.sparsetune.error;

import java.util.Arrays;
import java.util.Optional;

/** How a command ends: the code that its process ends with, and what that means to who waits. */
public enum ExitCode {
  DONE(0, "done, or done before"),
  FAULT(1, "a fault of SparseTune or of this machine, or not named here"),
  USAGE(2, "wrong arguments or configuration"),
  DATA(3, "wrong data or files"),
  DIVERGED(4, "the training diverged"),
  UNAVAILABLE(5, "what the command needs is not there now; the same command may go on well later");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  /** The code of a number; empty for a number that no command ends with by itself. */
  public static Optional<ExitCode> of(int number) {
    return Arrays.stream(values()).filter(code -> code.number == number).findFirst();
  }

  /** The process's exit status. */
  public int number() {
    return number;
  }

  /** In a few words, for the help. */
  public String meaning() {
    return meaning;
  }

  /** Whether the same command, given again, can only end the same way. */
  public boolean isFinal() {
    return this == USAGE || this == DATA || this == DIVERGED;
  }
}
