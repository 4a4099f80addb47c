package io.sparsetune.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.JsonText;
import io.sparsetune.files.StrictJson;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.StepTally;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps {@code metrics.jsonl}, one line for each log point, and passes events on. The file is
 * written anew now and then, since not every file system can append.
 */
public final class MetricsLog implements TrainingListener, AutoCloseable {
  private static final double NANOS = 1e9;
  private static final int LARGEST = 1 << 28;

  /** Only the lines of evaluations have it. */
  private static final String BEST = "best";

  private static final long REWRITE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final Consumer<String> file;
  private final int everySteps;
  private final TrainingListener next;
  private final StringBuilder lines = new StringBuilder();

  /** Moved back by the time that went by before, in an earlier process. */
  private final long started;

  private long written = System.nanoTime();
  private boolean changed;

  private StepTally tally;
  private long since = written;

  /** Steps and tokens since then, in this process. */
  private int stepsTimed;

  private long tokensTimed;

  private MetricsLog(
      Consumer<String> file,
      int everySteps,
      TrainingListener next,
      List<String> before,
      StepTally tally,
      double secondsBefore) {
    this.file = file;
    this.tally = tally;
    this.everySteps = everySteps;
    this.next = next;
    this.started = written - (long) (secondsBefore * NANOS);
    before.forEach(line -> lines.append(line).append('\n'));
  }

  /**
   * The log of a run that begins or goes on.
   *
   * @param file writes the whole of a text
   * @param everySteps steps from a log point to the next
   * @param next hears every event as well
   * @param before the lines that are there, without their ends; none for a run that begins
   * @param tally of the steps after the last of them
   * @param secondsBefore that the run took before
   */
  public static MetricsLog goOn(
      Consumer<String> file,
      int everySteps,
      TrainingListener next,
      List<String> before,
      StepTally tally,
      double secondsBefore) {
    return new MetricsLog(file, everySteps, next, before, tally, secondsBefore);
  }

  /**
   * The lines of a file up to a state of the training, without their ends. A line that was not
   * written whole ends them.
   *
   * @param step steps that the state has behind it
   * @param evaluations that it has: the log may have one more, of a process that died after it
   */
  public static List<String> linesUpTo(int step, int evaluations, ByteSource file) {
    List<String> lines = new ArrayList<>();
    int evaluated = 0;
    String text = new String(file.readAll(LARGEST).array(), StandardCharsets.UTF_8);
    for (String line : text.lines().toList()) {
      try {
        ObjectNode json = StrictJson.parseObject(file.path(), line);
        evaluated += json.has(BEST) ? 1 : 0;
        if (json.path("step").asInt(Integer.MAX_VALUE) > step || evaluated > evaluations) {
          return lines;
        }
      } catch (CorruptFileException e) {
        return lines;
      }
      lines.add(line);
    }
    return lines;
  }

  @Override
  public void headStarts(List<String> origins) {
    next.headStarts(origins);
  }

  @Override
  public void textsCut(long texts, long of, int maxSeqLength) {
    next.textsCut(texts, of, maxSeqLength);
  }

  @Override
  public void warned(String warning) {
    next.warned(warning);
  }

  @Override
  public void resumed(int step) {
    next.resumed(step);
  }

  @Override
  public void finishedBefore() {
    next.finishedBefore();
  }

  @Override
  public void planned(TrainingPlan plan) {
    next.planned(plan);
  }

  @Override
  public void scored(long examples, long of) {
    next.scored(examples, of);
  }

  @Override
  public void maskSelected(MaskReport report) {
    since = System.nanoTime();
    next.maskSelected(report);
  }

  @Override
  public void trainedInRound(long trained, long of) {
    next.trainedInRound(trained, of);
  }

  @Override
  public void roundDone(RoundReport report, List<StepReport> taken) {
    long now = System.nanoTime();
    long each = (now - since) / taken.size();
    for (int i = 0; i < taken.size(); i++) {
      // Nobody saw when a step of a round ended: they are taken to be equally long.
      count(taken.get(i), now - each * (taken.size() - 1 - i));
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.put("round", report.round());
    line.put("rounds", report.rounds());
    line.put("round_loss", report.loss());
    line.put("kept", report.kept());
    line.put("changed", report.changed());
    line.put("seconds", Math.round(seconds(started, now)));
    add(line);
    write();
    since = System.nanoTime();
    next.roundDone(report, taken);
  }

  @Override
  public void stepDone(StepReport report) {
    count(report, System.nanoTime());
    next.stepDone(report);
  }

  private void count(StepReport report, long now) {
    tally = tally.plus(report);
    tokensTimed += report.tokens();
    stepsTimed++;
    if (report.step() % everySteps == 0 || report.step() == report.steps()) {
      log(report, now);
    }
  }

  private void log(StepReport report, long now) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.put("epoch", report.epoch());
    line.put("loss", tally.meanLoss());
    line.put("learning_rate", report.learningRate());
    line.put("gradient_norm", report.gradientNorm());
    line.put("tokens_per_second", Math.round(tokensTimed / seconds(since, now)));
    line.put("milliseconds_per_step", Math.round(1_000 * seconds(since, now) / stepsTimed));
    line.put("seconds", Math.round(seconds(started, now)));
    add(line);
    tally = StepTally.NONE;
    stepsTimed = 0;
    tokensTimed = 0;
    since = now;
    if (now - written > REWRITE_NANOS) {
      write();
    }
  }

  @Override
  public void evaluated(EvaluationReport report) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.put("epoch", report.epoch());
    line.put("validation_" + report.metric().key(), report.value());
    line.put(BEST, report.best());
    line.put("seconds", Math.round(seconds(started, System.nanoTime())));
    add(line);
    write();
    // An evaluation's time is not the steps'.
    since = System.nanoTime();
    next.evaluated(report);
  }

  /** The steps since the last log point. */
  public StepTally tally() {
    return tally;
  }

  /** Seconds since the beginning of the run. */
  public double elapsed() {
    return seconds(started, System.nanoTime());
  }

  /** Writes the lines that are not written yet; from any thread. */
  public synchronized void flush() {
    if (changed) {
      write();
    }
  }

  @Override
  public void close() {
    flush();
  }

  private synchronized void add(Map<String, Object> line) {
    lines.append(JsonText.line(line)).append('\n');
    changed = true;
  }

  private synchronized void write() {
    file.accept(lines.toString());
    written = System.nanoTime();
    changed = false;
  }

  private static double seconds(long from, long to) {
    return Math.max(1, to - from) / NANOS;
  }
}
