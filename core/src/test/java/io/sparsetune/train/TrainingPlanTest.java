package io.sparsetune.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.method.MethodConfigs;
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
}
