package io.sparsetune.cli;

import io.sparsetune.cluster.Causes;
import io.sparsetune.cluster.FatalErrors;
import io.sparsetune.cluster.Surroundings;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.error.ExitCode;
import io.sparsetune.error.Printable;
import io.sparsetune.error.UserException;
import io.sparsetune.files.IoReason;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What a user sees when a command fails, and with which code it ends. */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  private static final int MOST_PROBLEMS = 50;

  private final Interruption interruption;

  /** The last failure in words; empty before one. */
  private String said = "";

  Failures(Interruption interruption) {
    this.interruption = interruption;
  }

  /** Wrong arguments: what is wrong, and where the help is. */
  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    say(e.getMessage(), err);
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE.number();
  }

  /** Prints the one sentence of a failure. */
  void say(String message, PrintWriter err) {
    said = Printable.message(message);
    err.println("Error: " + said);
  }

  /** What was said of the failure that ended the command; empty where none has. */
  String said() {
    return said;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult arguments) {
    return handle(e, command.getErr(), arguments);
  }

  int handle(Throwable failure, PrintWriter err, ParseResult arguments) {
    if (interruption.happened()) {
      // What fails while everything is being stopped is no news.
      return ExitCode.FAULT.number();
    }
    ExitCode code = codeOf(failure);
    boolean trace = wantsTrace(arguments);
    Optional<UserException> mistake = mistake(failure);
    if (mistake.isPresent()) {
      print(mistake.get(), err);
    } else {
      say(inWords(failure), err);
      if (!trace && code == ExitCode.FAULT && explained(failure).isEmpty()) {
        err.println(
            "This is not a mistake of yours as far as SparseTune can tell; --stacktrace says where"
                + " it happened.");
      }
    }
    if (trace) {
      failure.printStackTrace(err);
    }
    err.flush();
    return code.number();
  }

  /** How a command ends of a failure. */
  static ExitCode codeOf(Throwable failure) {
    if (Causes.first(failure, SparkStoppedException.class).isPresent()
        || Surroundings.areToBlame(failure)) {
      return ExitCode.UNAVAILABLE;
    }
    return mistake(failure).map(UserException::exitCode).orElse(ExitCode.FAULT);
  }

  /** A failure's message, whatever it is. */
  static String inWords(Throwable failure) {
    return mistake(failure)
        .map(UserException::getMessage)
        .or(() -> explained(failure))
        .orElseGet(() -> describe(failure));
  }

  /** Where Spark has ended, a mistake is only what that looks like. */
  private static Optional<UserException> mistake(Throwable failure) {
    return Causes.first(failure, SparkStoppedException.class).isPresent()
        ? Optional.empty()
        : Causes.first(failure, UserException.class).or(() -> fullDisk(failure));
  }

  /** Spark lays much aside on disks, and says of a full one what it says of anything. */
  private static Optional<UserException> fullDisk(Throwable failure) {
    for (Throwable at : Causes.of(failure)) {
      Optional<String> line =
          String.valueOf(at.getMessage()).lines().filter(IoReason::isFullDisk).findFirst();
      if (line.isPresent()) {
        return Optional.of(
            new DataException(
                ("Cannot write: %s. Free some of that disk, or use another: for results --out or"
                        + " output, for what Spark lays aside spark.local.dir (SPARK_LOCAL_DIRS),"
                        + " for temporary files -Djava.io.tmpdir")
                    .formatted(line.get().strip()),
                failure));
      }
    }
    return Optional.empty();
  }

  /** What is known of a failure that is no mistake in the input. */
  private static Optional<String> explained(Throwable failure) {
    return FatalErrors.inWords(failure)
        .or(() -> lostResult(failure))
        .or(() -> Surroundings.lostExecutors(failure))
        .or(() -> Causes.first(failure, SparkStoppedException.class).map(Throwable::getMessage));
  }

  /** Spark drops a result that the driver has no room to receive, and says no more of it. */
  private static Optional<String> lostResult(Throwable failure) {
    return String.valueOf(failure.getMessage()).contains("TaskResultLost")
        ? Optional.of(
            "a task's result did not reach the driver (Spark's TaskResultLost). Where no executor"
                + " was lost, memory was short: give the driver more with spark-submit's"
                + " --driver-memory (with bin/sparsetune it stands after --).")
        : Optional.empty();
  }

  private void print(UserException mistake, PrintWriter err) {
    List<String> problems =
        mistake instanceof ConfigException config
            ? config.problems()
            : List.of(mistake.getMessage());
    if (problems.size() == 1) {
      say(problems.get(0), err);
      return;
    }
    said = Printable.message(mistake.getMessage());
    err.println("Error: " + problems.size() + " problems:");
    problems.stream()
        .limit(MOST_PROBLEMS)
        .forEach(problem -> err.println("  - " + Printable.message(problem)));
    if (problems.size() > MOST_PROBLEMS) {
      err.println("  and " + (problems.size() - MOST_PROBLEMS) + " more");
    }
  }

  private static boolean wantsTrace(ParseResult arguments) {
    for (ParseResult at = arguments; at != null; at = at.hasSubcommand() ? at.subcommand() : null) {
      if (at.commandSpec().userObject() instanceof Common command && command.wantsStackTrace()) {
        return true;
      }
    }
    return false;
  }

  /** Without the trace that Spark writes into the messages of tasks that failed. */
  static String describe(Throwable failure) {
    String message = failure.getMessage();
    String name = failure.getClass().getSimpleName();
    return message == null || message.isBlank()
        ? name
        : name + ": " + message.split("\\R\\s+at |\\R*Driver stacktrace:", 2)[0].strip();
  }
}
