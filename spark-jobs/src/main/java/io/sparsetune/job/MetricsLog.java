package io.sparsetune.job;

import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.MaskReport;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Keeps {@code metrics.jsonl}, one line a log point, and passes on what it hears. The file is
 * written anew now and then, since not every file system can append.
 */
final class MetricsLog implements TrainingListener, AutoCloseable {
  private static final long REWRITE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final RunFolder folder;
  private final int everySteps;
  private final TrainingListener next;
  private final StringBuilder lines = new StringBuilder();
  private final long started = System.nanoTime();
  private long written = started;
  private boolean changed;

  private int steps;
  private double lossSum;
  private long examples;
  private long tokens;
  private long since = started;

  MetricsLog(RunFolder folder, int everySteps, TrainingListener next) {
    this.folder = folder;
    this.everySteps = everySteps;
    this.next = next;
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
    lossSum += report.loss() * report.examples();
    examples += report.examples();
    tokens += report.tokens();
    steps++;
    if (report.step() % everySteps == 0 || report.step() == report.steps()) {
      log(report, now);
    }
  }

  private void log(StepReport report, long now) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", report.step());
    line.put("epoch", report.epoch());
    line.put("loss", lossSum / examples);
    line.put("learning_rate", report.learningRate());
    line.put("gradient_norm", report.gradientNorm());
    line.put("tokens_per_second", Math.round(tokens / seconds(since, now)));
    line.put("milliseconds_per_step", Math.round(1_000 * seconds(since, now) / steps));
    line.put("seconds", Math.round(seconds(started, now)));
    add(line);
    steps = 0;
    lossSum = 0;
    examples = 0;
    tokens = 0;
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
    line.put("best", report.best());
    line.put("seconds", Math.round(seconds(started, System.nanoTime())));
    add(line);
    write();
    // An evaluation's time is not the steps'.
    since = System.nanoTime();
    next.evaluated(report);
  }

  /** Seconds since the beginning. */
  double elapsed() {
    return seconds(started, System.nanoTime());
  }

  /** Writes what is not written yet. */
  void flush() {
    if (changed) {
      write();
    }
  }

  @Override
  public void close() {
    flush();
  }

  private void add(Map<String, Object> line) {
    lines.append(Json.line(line)).append('\n');
    changed = true;
  }

  private void write() {
    folder.write(RunFiles.METRICS, lines.toString());
    written = System.nanoTime();
    changed = false;
  }

  private static double seconds(long from, long to) {
    return Math.max(1, to - from) / 1e9;
  }
}
