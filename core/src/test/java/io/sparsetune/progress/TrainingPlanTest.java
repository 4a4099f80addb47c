package io.sparsetune.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.method.RoundPlan;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingPlanTest {
  @Test
  void moreStepsThanCanBeCountedAreRefused() {
    assertThatThrownBy(
            () -> TrainingPlan.of(MethodConfigs.run("training.num_train_epochs=1e12"), 100))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid training.num_train_epochs: 1.0E12 epochs of 4 steps are more than"
                + " 2,147,483,647 steps; use fewer epochs, or training.max_steps");
    TrainingPlan plan =
        TrainingPlan.of(
            MethodConfigs.run("training.num_train_epochs=1e12", "training.max_steps=7"), 100);
    assertThat(plan.steps()).isEqualTo(7);
    assertThat(
            TrainingPlan.of(MethodConfigs.run("training.num_train_epochs=536870911.75"), 100)
                .steps())
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aBatchOfFarMoreMicroBatchesThanThereAreExamplesIsRefused() {
    String[] settings = {"training.batch_size=2000", "training.micro_batch_size=1"};
    assertThat(TrainingPlan.of(MethodConfigs.run(settings), 2000).steps()).isPositive();
    assertThatThrownBy(() -> TrainingPlan.of(MethodConfigs.run(settings), 1999))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid training.batch_size: a global batch of 2,000 micro-batches (batch_size /"
                + " micro_batch_size), of which some would always be empty, for 1,999 examples; use"
                + " a smaller one, or a larger micro_batch_size");
  }

  @Test
  void moreExamplesThanAShardCanHoldAreRefused() {
    assertThatThrownBy(
            () ->
                TrainingPlan.of(
                    MethodConfigs.run("training.batch_size=2", "training.micro_batch_size=1"),
                    5_000_000_000L))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid training.batch_size: 5,000,000,000 examples in 2 shards (batch_size /"
                + " micro_batch_size) are more than 2,147,483,647 a shard; use a larger one");
  }

  @Test
  void roundsAreEqualPartsOfTheTrainingUnlessTheyHaveALength() {
    // 320 examples in batches of 32: 10 steps an epoch, 30 in all.
    RoundPlan equal = rounds("method.name=child");
    assertThat(equal.rounds()).isEqualTo(2);
    assertThat(equal.steps()).isEqualTo(10);
    assertThat(rounds("method.name=child", "method.rounds=4").steps()).isEqualTo(6);
    assertThat(rounds("method.name=mixout", "method.project_every=1 epoch").steps()).isEqualTo(10);
    assertThat(rounds("method.name=child", "method.project_every=7 steps").steps()).isEqualTo(7);
    TrainingPlan plan = plan("method.name=child", "method.project_every=7 steps");
    assertThat(plan.steps()).isEqualTo(30);
    assertThat(plan.scheduleStart()).isZero();
  }

  @Test
  void aLotteryTicketsPhasesComeBesideTheTraining() {
    TrainingPlan one = plan("method.name=lottery_ticket");
    assertThat(one.steps()).isEqualTo(10 + 30);
    assertThat(one.scheduleStart()).isEqualTo(10);
    TrainingPlan three =
        plan("method.name=lottery_ticket", "method.iterations=3", "method.dense_phase=4 steps");
    assertThat(three.steps()).isEqualTo(3 * 4 + 2 * 4 + 30);
    assertThat(three.scheduleStart()).isEqualTo(20);
  }

  @Test
  void finetuningOfDiffIsCountedInTheDecimalNumberAsWritten() {
    // .07 · 100 is 7.000000000000001 in binary; 3,200 examples are 100 steps an epoch.
    TrainingPlan plan =
        TrainingPlan.of(
            MethodConfigs.run("method.name=diff", "method.finetune_epochs=0.07"), 3_200);
    assertThat(plan.rounds().orElseThrow().finetuning().orElseThrow().steps()).isEqualTo(7);
    assertThat(plan.steps()).isEqualTo(300 + 7);
    assertThat(plan.scheduleStart()).isEqualTo(300);
  }

  @Test
  void moreStepsBesideTheTrainingThanCanBeCountedAreRefused() {
    assertThat(plan("method.name=diff", "training.max_steps=1100000000").steps())
        .isEqualTo(1_100_000_030);
    assertThatThrownBy(() -> plan("method.name=diff", "method.finetune_epochs=1e12"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("Invalid training: 30 dense and 2,147,483,647 other steps");
  }

  @Test
  void roundsThatLeaveNothingToTrainInsideTheMaskAreRefused() {
    assertThatThrownBy(() -> plan("method.name=child", "method.project_every=15 steps"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.rounds: 2 rounds of 15 steps leave none of the training's 30 steps to"
                + " train inside the mask; use fewer rounds, a shorter method.project_every or a"
                + " longer training");
    assertThatThrownBy(() -> plan("method.name=mixout", "method.rounds=1", "training.max_steps=1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("1 round of 1 step leave none of the training's 1 step to train");
    assertThatThrownBy(() -> plan("method.name=mixout", "training.max_steps=2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("2 rounds of 1 step leave none of the training's 2 steps");
    assertThatThrownBy(
            () ->
                plan(
                    "method.name=lottery_ticket",
                    "method.iterations=999",
                    "method.dense_phase=999999999 epochs"))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("Invalid training: ")
        .hasMessageEndingWith("are more than 2,147,483,647; use shorter phases");
  }

  @Test
  void workersThatCannotShareABatchEvenlyAreRefusedWithThoseThatCan() {
    assertThatThrownBy(() -> plan("method.name=child", "method.workers=3"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.workers: 3 workers cannot share the 4 micro-batches of a global batch"
                + " evenly (training.batch_size 32 / training.micro_batch_size 8); use one of 1, 2,"
                + " 4");
  }

  @Test
  void aRoundHasSteps() {
    for (String none : List.of("0 steps", "0 epochs", "steps", "-3 steps", "1.5 epochs")) {
      assertThatThrownBy(() -> plan("method.name=child", "method.project_every=" + none))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("method.project_every")
          .hasMessageContaining(
              "a whole number of epochs or steps above 0, such as 1 epoch or 200 steps");
    }
    assertThatThrownBy(() -> plan("method.name=child", "method.rounds=0"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("method.rounds")
        .hasMessageContaining("1 or more");
    assertThatThrownBy(() -> plan("method.name=sam", "method.rounds=2"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("method.rounds")
        .hasMessageContaining("it has no meaning for method.name sam; remove it");
  }

  private static TrainingPlan plan(String... keyValues) {
    return TrainingPlan.of(MethodConfigs.run(keyValues), 320);
  }

  private static RoundPlan rounds(String... keyValues) {
    return plan(keyValues).rounds().orElseThrow();
  }
}
