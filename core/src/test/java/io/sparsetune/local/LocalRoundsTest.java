package io.sparsetune.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.RoundReport;
import io.sparsetune.progress.StepReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.progress.TrainingPlan;
import io.sparsetune.train.RoundsContract;
import io.sparsetune.train.StepExecutor;
import io.sparsetune.train.TinyTask;
import io.sparsetune.train.TrainingLoop;
import io.sparsetune.train.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three threads against one, and what one does. */
class LocalRoundsTest extends RoundsContract {
  private static final ParameterLayout LAYOUT = TinyTask.spec().layout();

  @Override
  protected StepExecutor open(RunConfig config) {
    return TinyTask.executor(config, 3);
  }

  /** Hears rounds and all steps. */
  private static final class Heard implements TrainingListener {
    final List<RoundReport> rounds = new ArrayList<>();
    final List<StepReport> steps = new ArrayList<>();
    final List<Long> progress = new ArrayList<>();

    @Override
    public void trainedInRound(long examples, long of) {
      assertThat(examples).isBetween(1L, of);
      progress.add(examples);
    }

    @Override
    public void roundDone(RoundReport report, List<StepReport> taken) {
      rounds.add(report);
      steps.addAll(taken);
    }

    @Override
    public void stepDone(StepReport report) {
      steps.add(report);
    }

    double loss(int from, int to) {
      return steps.subList(from, to).stream().mapToDouble(StepReport::loss).average().orElseThrow();
    }
  }

  private static TrainingResult train(RunConfig config, TrainingListener heard) {
    try (StepExecutor executor = TinyTask.executor(config, 1)) {
      return new TrainingLoop(LAYOUT, config, executor, heard).run();
    }
  }

  /** Must not hear of a plan. */
  private static final class Deaf implements TrainingListener {
    @Override
    public void planned(TrainingPlan plan) {
      throw new AssertionError("A training began");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "method.name=child",
        "method.name=child;method.workers=2;method.rounds=5;method.momentum=0.3",
        "method.name=mixout",
        "method.name=lottery_ticket;method.iterations=2;method.workers=2"
      })
  void theLossFallsAndTheTaskIsLearntWithinTheBudget(String method) {
    RunConfig config =
        TinyTask.config((method + ";training.num_train_epochs=30;method.sparsity=0.1").split(";"));
    Heard heard = new Heard();
    TrainingResult result = train(config, heard);
    assertThat(heard.steps).hasSize(result.steps());
    assertThat(heard.steps).extracting(StepReport::step).isSorted().doesNotHaveDuplicates();
    int end = heard.steps.size();
    assertThat(heard.loss(end - 8, end)).isLessThan(0.5 * heard.loss(0, 8));
    assertThat(result.kept().orElseThrow().value()).isGreaterThan(0.7);
    MaskProblem problem = new MaskProblem(LAYOUT, config.method(), config.training().seed());
    assertThat((long) result.selection().mask().size()).isEqualTo(problem.goal().size());
    assertThat(heard.rounds).isEqualTo(result.rounds()).isNotEmpty();
    assertThat(heard.progress).isNotEmpty();
  }

  @Test
  void aFreshRandomShareStaysAfterEachRoundOfMixout() {
    Heard heard = new Heard();
    RunConfig config = TinyTask.config("method.name=mixout", "method.rounds=3");
    int k = train(config, heard).selection().mask().size();
    assertThat(heard.rounds).extracting(RoundReport::round).containsExactly(1, 2, 3);
    assertThat(heard.rounds).extracting(RoundReport::kept).containsOnly(k);
    // At p = .05 two masks have few positions in common, tensors of a single one apart.
    assertThat(heard.rounds.get(1).changed()).isBetween(k * 3 / 4, k - 1);
  }

  @Test
  void aLotteryTicketsMaskGrowsAndStartsFromTheBase() {
    Heard heard = new Heard();
    RunConfig config =
        TinyTask.config(
            "method.name=lottery_ticket",
            "method.iterations=3",
            "method.dense_phase=5 steps",
            "training.max_steps=1",
            "training.warmup_steps=1");
    TrainingResult result = train(config, heard);
    int k = result.selection().mask().size();
    assertThat(heard.rounds).extracting(RoundReport::kept).containsExactly(k / 3, 2 * k / 3, k);
    assertThat(heard.rounds.get(2).changed()).isEqualTo(k - 2 * k / 3);
    assertThat(heard.rounds).extracting(RoundReport::step).containsExactly(5, 15, 25);
    assertThat(result.steps()).isEqualTo(26);
    // The first step of a warm-up has the rate 0: everything is where it was rewound to.
    Mask trained = result.trained();
    assertThat(result.values()).isEqualTo(trained.gather(LAYOUT, TinyTask.theta()));
    // Each phase has a schedule of its own: it warms up, and ends at the lowest rate.
    assertThat(heard.steps.get(5).learningRate()).isZero();
    assertThat(heard.steps.get(10).learningRate()).isZero();
    assertThat(heard.steps.get(4).learningRate()).isPositive();
  }

  @Test
  void partsThatWouldBeEmptyAreRefusedBeforeAnythingIsTrained() {
    assertThatThrownBy(() -> train(ticket(3, "method.iterations=4"), new Deaf()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.iterations: 4 dense phases cannot each add to a mask of 3 positions;"
                + " use at most 3, or a larger budget");
    assertThatThrownBy(
            () -> train(ticket(1, "method.scope=tensor", "method.iterations=2"), new Deaf()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.iterations: 2 dense phases cannot each add to a mask of at most 1"
                + " position a tensor; use at most 1, or a larger budget");
    Heard heard = new Heard();
    train(ticket(3, "method.iterations=3"), heard);
    assertThat(heard.rounds).extracting(RoundReport::kept).containsExactly(1, 2, 3);
  }

  private static RunConfig ticket(int k, String... keyValues) {
    List<String> all = new ArrayList<>(List.of(keyValues));
    all.addAll(
        List.of(
            "method.name=lottery_ticket",
            "method.sparsity=null",
            "method.k=" + k,
            "method.dense_phase=2 steps",
            "training.max_steps=1"));
    return TinyTask.config(all.toArray(String[]::new));
  }

  /** The first step has w = 0 and every gate's chance of being open at σ(5), whatever λ is. */
  @Test
  void theLossThatIsHeardIsTheOneThatIsMinimised() {
    double[] first = new double[2];
    for (int lambda = 0; lambda < 2; lambda++) {
      Heard heard = new Heard();
      train(
          TinyTask.config(
              "method.name=diff",
              "method.penalty=mean",
              "method.lambda=" + 3 * lambda,
              "method.workers=2",
              "method.finetune_epochs=0.25",
              "training.max_steps=1"),
          heard);
      first[lambda] = heard.steps.get(0).loss();
      assertThat(heard.rounds.get(0).loss()).isEqualTo(first[lambda]);
    }
    assertThat(first[1] - first[0]).isCloseTo(3 / (1 + Math.exp(-5)), within(1e-9));
  }

  @Test
  void momentsAreKeptOrForgottenWhenTheMaskChanges() {
    String[] keep = {
      "method.name=child", "method.rounds=1", "training.load_best_model_at_end=false"
    };
    TrainingResult kept = train(TinyTask.config(keep), new Heard());
    TrainingResult reset =
        train(
            TinyTask.config(keep[0], keep[1], keep[2], "method.optimizer_at_mask_change=reset"),
            new Heard());
    assertThat(reset.trained()).isEqualTo(kept.trained());
    assertThat(reset.values()).isNotEqualTo(kept.values());
  }
}
