package io.sparsetune.cli;

import io.sparsetune.cluster.SparkSessions;
import io.sparsetune.error.Printable;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows how a training goes: one line that is redrawn on a screen, plain lines now and then
 * elsewhere. In a driver that a cluster has started, which nobody watches, they are the log's, with
 * the run's id.
 */
final class ProgressDisplay implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressDisplay.class);

  private static final long REDRAW_NANOS = 200_000_000L;
  private static final long SCORE_LINE_NANOS = 15_000_000_000L;

  private final Terminal terminal;
  private final int loggingSteps;
  private final LongSupplier nanoTime;
  private final Optional<Consumer<String>> log;
  private String run = "";

  private volatile boolean begun;
  private long started;

  /** Steps that were done when it started: those of dense rounds. */
  private int stepsBefore;

  private long windowStarted;
  private long windowTokens;
  private double windowLoss;
  private long windowExamples;
  private long drawn;
  private double tokensPerSecond;
  private Optional<String> score = Optional.empty();

  /**
   * @param loggingSteps steps from one plain line to the next
   * @param nanoTime a clock that only rises
   */
  ProgressDisplay(Terminal terminal, int loggingSteps, LongSupplier nanoTime) {
    this(terminal, loggingSteps, nanoTime, Optional.empty());
  }

  /**
   * The same with a log.
   *
   * @param log takes the place of plain lines
   */
  ProgressDisplay(
      Terminal terminal, int loggingSteps, LongSupplier nanoTime, Optional<Consumer<String>> log) {
    this.log = log;
    this.terminal = terminal;
    this.loggingSteps = loggingSteps;
    this.nanoTime = nanoTime;
  }

  /** Where this process has its output. */
  static ProgressDisplay ofProcess(Terminal terminal, int loggingSteps) {
    return new ProgressDisplay(
        terminal,
        loggingSteps,
        System::nanoTime,
        SparkSessions.isDriverInCluster() ? Optional.of(LOG::info) : Optional.empty());
  }

  @Override
  public void identified(String runId) {
    run = runId;
    if (log.isEmpty()) {
      say("Run " + runId);
    }
  }

  @Override
  public void headStarts(List<String> origins) {
    say("Head: " + String.join("; ", origins));
  }

  @Override
  public void warned(String warning) {
    say("Warning: " + Printable.message(warning));
  }

  @Override
  public void resumed(int step) {
    say(
        step == 0
            ? "Going on from step 0: nothing was saved of the run."
            : "Going on from step %,d.".formatted(step));
    stepsBefore = step;
  }

  @Override
  public void finishedBefore() {
    say("The run is finished already; nothing is trained.");
  }

  @Override
  public void textsCut(long texts, long of, int maxSeqLength) {
    say(
        String.format(
            Locale.ROOT,
            "%,d of %,d %s cut at data.max_seq_length %d",
            texts,
            of,
            of == 1 ? "text is" : texts == 1 ? "texts is" : "texts are",
            maxSeqLength));
  }

  /** Whether training has begun, and with it its files. */
  boolean begun() {
    return begun;
  }

  @Override
  public void planned(TrainingPlan plan) {
    begun = true;
    String first =
        plan.rounds()
            .map(rounds -> first(rounds.rounds(), rounds.steps()))
            .orElse("choosing what to train");
    say(
        "%d steps of at most %d examples%s"
            .formatted(
                plan.steps(),
                plan.epochs().shards() * plan.epochs().microBatchSize(),
                stepsBefore > 0 ? "" : "; " + first + " …"));
    started = nanoTime.getAsLong();
    drawn = started;
  }

  private static String first(int rounds, int steps) {
    return "%d dense %s of %,d %s first"
        .formatted(rounds, rounds == 1 ? "round" : "rounds", steps, steps == 1 ? "step" : "steps");
  }

  @Override
  public synchronized void scored(long examples, long of) {
    dense("scored", examples, of);
  }

  @Override
  public synchronized void trainedInRound(long examples, long of) {
    dense("dense round: trained on", examples, of);
  }

  private void dense(String what, long examples, long of) {
    long now = nanoTime.getAsLong();
    if (examples == 0 || now - drawn < (terminal.live() ? REDRAW_NANOS : SCORE_LINE_NANOS)) {
      return;
    }
    double seconds = (now - started) * 1e-9;
    String line =
        String.format(
            Locale.ROOT,
            "%s %,d of %,d examples, %s left",
            what,
            examples,
            of,
            ProgressLine.duration(seconds / examples * (of - examples)));
    if (terminal.live()) {
      draw(line);
    } else {
      say(line);
    }
    drawn = now;
  }

  @Override
  public synchronized void roundDone(RoundReport report, List<StepReport> steps) {
    say(
        String.format(
            Locale.ROOT,
            "round %d of %d, step %,d: loss %.4f; %,d parameters keep what they learnt, %,d of them"
                + " new",
            report.round(),
            report.rounds(),
            report.step(),
            report.loss(),
            report.kept(),
            report.changed()));
    stepsBefore = report.step();
    started = nanoTime.getAsLong();
    drawn = started;
    windowStarted = started;
  }

  @Override
  public synchronized void maskSelected(MaskReport report) {
    say(
        String.format(
            Locale.ROOT,
            "Training %,d of %,d parameters (%.3f%%) and a head of %,d",
            report.mask().size(),
            report.parameters(),
            100.0 * report.mask().size() / report.parameters(),
            report.head()));
    report.warnings().forEach(warning -> say("Warning: " + warning));
    started = nanoTime.getAsLong();
    windowStarted = started;
  }

  @Override
  public void stepDone(StepReport report) {
    long now = nanoTime.getAsLong();
    windowTokens += report.tokens();
    windowLoss += report.loss() * report.examples();
    windowExamples += report.examples();
    boolean last = report.step() == report.steps();
    if (terminal.live() && (last || now - drawn >= REDRAW_NANOS)) {
      draw(line(report, now).bar(terminal.width()));
      drawn = now;
    }
    if (report.step() % loggingSteps == 0 || last) {
      if (!terminal.live()) {
        say(line(report, now).plain());
      }
      tokensPerSecond = rate(now);
      windowStarted = now;
      windowTokens = 0;
      windowLoss = 0;
      windowExamples = 0;
    }
  }

  @Override
  public void evaluated(EvaluationReport report) {
    String text = String.format(Locale.ROOT, "%s %.4f", report.metric().key(), report.value());
    score = Optional.of(text);
    say("step %d: %s%s".formatted(report.step(), text, report.best() ? ", the best so far" : ""));
    // What an evaluation takes is no measure of steps.
    windowStarted = nanoTime.getAsLong();
    windowTokens = 0;
  }

  private ProgressLine line(StepReport report, long now) {
    double seconds = (now - started) * 1e-9;
    double left = seconds / (report.step() - stepsBefore) * (report.steps() - report.step());
    double loss = windowExamples == 0 ? Double.NaN : windowLoss / windowExamples;
    return new ProgressLine(report.step(), report.steps(), loss, rate(now), left, score);
  }

  private double rate(long now) {
    double seconds = (now - windowStarted) * 1e-9;
    return windowTokens == 0 || seconds <= 0 ? tokensPerSecond : windowTokens / seconds;
  }

  /** Redraws the line; it stays the last one. */
  private void draw(String line) {
    terminal.draw(line);
  }

  /** A line of its own; a bar is drawn anew below it. */
  private void say(String line) {
    log.ifPresentOrElse(
        to -> to.accept("Run %s: %s".formatted(run, line)), () -> terminal.say(line));
  }

  /** Leaves the bar where it is; what is printed next starts on a new line. */
  void end() {
    if (terminal.live()) {
      terminal.err().println();
      terminal.err().flush();
    }
  }
}
