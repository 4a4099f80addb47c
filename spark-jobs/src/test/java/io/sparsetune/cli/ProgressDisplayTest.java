package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.RunConfigParser;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.task.Metric;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
  private final StringWriter err = new StringWriter();
  private long seconds;

  @Test
  void plainLinesComeEveryLoggingSteps() {
    ProgressDisplay display = display(false);
    train(display, 10);
    assertThat(err.toString().lines())
        .containsExactly(
            "10 steps of at most 32 examples; choosing what to train …",
            "step 4/10, loss 1.0000, 500 tokens/s, 0:12 left",
            "step 5: accuracy 0.7500, the best so far",
            "step 8/10, loss 1.0000, 500 tokens/s, accuracy 0.7500, 0:04 left",
            "step 10/10, loss 1.0000, 500 tokens/s, accuracy 0.7500, 0:00 left");
    assertThat(err.toString()).doesNotContain("\r", "\u001b");
  }

  @Test
  void aDriverThatAClusterHasStartedLogsThemWithTheRun() {
    List<String> logged = new ArrayList<>();
    ProgressDisplay display =
        new ProgressDisplay(
            terminal(false), 4, () -> seconds * 1_000_000_000L, Optional.of(logged::add));
    display.identified("3f2a");
    train(display, 10);
    assertThat(logged)
        .contains(
            "Run 3f2a: step 4/10, loss 1.0000, 500 tokens/s, 0:12 left",
            "Run 3f2a: step 5: accuracy 0.7500, the best so far");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void aScreenHasOneLineThatIsRedrawn() {
    ProgressDisplay display = display(true);
    train(display, 10);
    display.end();
    assertThat(err.toString()).contains("\r[== ").contains("\r\u001b[Kstep 5: accuracy 0.7500");
    assertThat(err.toString().lines().toList())
        .last()
        .asString()
        .contains("[========================] step 10/10, loss 1.0000, 500 tokens/s");
  }

  @Test
  void aScoreRoundTellsHowFarItIs() {
    ProgressDisplay display = display(false);
    plan(display, 10);
    for (int tens = 1; tens <= 6; tens++) {
      seconds += 10;
      display.scored(100 * tens, 1200);
    }
    assertThat(err.toString().lines().skip(1))
        .containsExactly(
            "scored 200 of 1,200 examples, 1:40 left",
            "scored 400 of 1,200 examples, 1:20 left",
            "scored 600 of 1,200 examples, 1:00 left");
  }

  @Test
  void textsThatAreCutAreCounted() {
    ProgressDisplay display = display(false);
    display.textsCut(1_800, 4_801, 128);
    display.textsCut(1, 48, 12);
    display.textsCut(1, 1, 12);
    assertThat(err.toString().lines())
        .containsExactly(
            "1,800 of 4,801 texts are cut at data.max_seq_length 128",
            "1 of 48 texts is cut at data.max_seq_length 12",
            "1 of 1 text is cut at data.max_seq_length 12");
  }

  @Test
  void roundsAreToldOfAndTimeLeftIsThatOfTheStepsAfterThem() {
    ProgressDisplay display = display(false);
    plan(display, 16, "method.name=child", "method.rounds=2", "method.project_every=4 steps");
    seconds += 20;
    display.trainedInRound(32, 128);
    display.roundDone(new RoundReport(1, 2, 4, 0.75, 1_200, 1_200), List.of());
    display.roundDone(new RoundReport(2, 2, 8, 0.5, 1_200, 340), List.of());
    for (int step = 9; step <= 12; step++) {
      seconds += 2;
      display.stepDone(new StepReport(step, 16, 0.1 * step, 1.0, 1e-3, 1.0, 32, 1000));
    }
    assertThat(err.toString().lines())
        .containsExactly(
            "16 steps of at most 32 examples; 2 dense rounds of 4 steps first …",
            "dense round: trained on 32 of 128 examples, 1:00 left",
            "round 1 of 2, step 4: loss 0.7500; 1,200 parameters keep what they learnt, 1,200 of"
                + " them new",
            "round 2 of 2, step 8: loss 0.5000; 1,200 parameters keep what they learnt, 340 of"
                + " them new",
            "step 12/16, loss 1.0000, 500 tokens/s, 0:08 left");
  }

  private ProgressDisplay display(boolean live) {
    return new ProgressDisplay(terminal(live), 4, () -> seconds * 1_000_000_000L);
  }

  private Terminal terminal(boolean live) {
    return new Terminal(new PrintWriter(err, true), new PrintWriter(err, true), live, 100);
  }

  private static void plan(ProgressDisplay display, int steps, String... more) {
    List<String> keyValues = new ArrayList<>(List.of("training.max_steps=" + steps));
    keyValues.addAll(List.of(more));
    display.planned(
        TrainingPlan.of(
            RunConfigParser.parse(
                "{model: {path: m}, data: {train: t}, output: o}", "test", keyValues),
            320));
  }

  private void train(ProgressDisplay display, int steps) {
    plan(display, steps);
    for (int step = 1; step <= steps; step++) {
      seconds += 2;
      display.stepDone(new StepReport(step, steps, 0.1 * step, 1.0, 1e-3, 1.0, 32, 1000));
      if (step == 5) {
        display.evaluated(new EvaluationReport(5, 0.5, Metric.ACCURACY, 0.75, true));
      }
    }
  }
}
