package io.sparsetune.cli;

import io.sparsetune.error.ExitCode;
import io.sparsetune.error.Printable;
import io.sparsetune.experiments.Cell;
import io.sparsetune.experiments.ExperimentsListener;
import io.sparsetune.job.TrainJob;
import io.sparsetune.progress.TrainingListener;
import java.util.Optional;

/** Shows how experiments go: a heading for each run, and how it goes itself. */
final class ExperimentsProgress implements ExperimentsListener {
  private final Session session;
  private Optional<ProgressDisplay> display = Optional.empty();

  ExperimentsProgress(Session session) {
    this.session = session;
  }

  @Override
  public void notCompared(String cells, String why) {
    say(
        "Taken as finished, though what they read cannot be compared: %s (%s)"
            .formatted(cells, why));
  }

  @Override
  public void checked(Cell cell, TrainJob.Check check) {
    say(
        "checked %s: k = %,d of %,d (%.3f%%), head %,d, %,d steps"
            .formatted(
                cell.line(),
                check.k(),
                check.n(),
                100.0 * check.k() / check.n(),
                check.head(),
                check.steps()));
  }

  @Override
  public TrainingListener begins(Cell cell, int number, int of) {
    say("[%d/%d] %s".formatted(number, of, cell.name()));
    ProgressDisplay progress =
        ProgressDisplay.ofProcess(session.terminal(), cell.config().training().loggingSteps());
    display = Optional.of(progress);
    return progress;
  }

  @Override
  public void finished(Cell cell, TrainJob.Result result) {
    end();
    TrainReport.brief(result).forEach(line -> say("  " + line));
  }

  @Override
  public void failed(Cell cell, String why) {
    end();
    say("Failed: " + cell.name() + ": " + Printable.message(why));
  }

  @Override
  public ExitCode code(RuntimeException failure) {
    return Failures.codeOf(failure);
  }

  @Override
  public String describe(RuntimeException failure) {
    return Failures.inWords(failure);
  }

  @Override
  public boolean stopping() {
    return session.interruption().happened();
  }

  private void end() {
    display.ifPresent(ProgressDisplay::end);
    display = Optional.empty();
  }

  private void say(String line) {
    session.terminal().err().println(line);
    session.terminal().err().flush();
  }
}
