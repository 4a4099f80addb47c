package io.sparsetune.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochPlanTest {
  private static final long SEED = 99;

  /** Examples of 1 to 20 tokens, told apart by their targets. */
  private static List<EncodedExample> examples(int count) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      int length = 1 + Randomness.below(SEED, e, 20);
      examples.add(
          new EncodedExample(
              RowHash.of("row", Integer.toString(e)), new int[length], new int[length], e));
    }
    return examples;
  }

  @Test
  void everyExampleComesExactlyOnceAnEpoch() {
    for (int round = 0; round < 80; round++) {
      long key = Randomness.key(SEED, Purpose.SHARD_ORDER, round);
      int examples = 1 + Randomness.below(key, 0, 200);
      int shards = 1 + Randomness.below(key, 1, 6);
      int microBatch = 1 + Randomness.below(key, 2, 9);
      int window = 1 + Randomness.below(key, 3, 5);
      EpochPlan plan = new EpochPlan(examples, shards, microBatch, window, round);
      List<Shard> dealt = ShardDealer.deal(examples(examples), shards);
      int perShard = (examples + shards - 1) / shards;
      assertThat(plan.stepsPerEpoch()).isEqualTo((perShard + microBatch - 1) / microBatch);
      for (int epoch = 0; epoch < 2; epoch++) {
        List<Float> seen = new ArrayList<>();
        for (int step = 0; step < plan.stepsPerEpoch(); step++) {
          assertThat(plan.examplesBefore(epoch * plan.stepsPerEpoch() + step))
              .isEqualTo((long) epoch * examples + seen.size());
          for (Shard shard : dealt) {
            assertThat(plan.examplesBefore(epoch * plan.stepsPerEpoch() + step, shard.index()))
                .isEqualTo((long) epoch * examples + seen.size());
            int[] batch = plan.microBatch(shard, epoch, step);
            assertThat(batch).hasSize(plan.microBatchSize(shard.index(), epoch, step));
            assertThat(batch.length).isLessThanOrEqualTo(microBatch);
            for (int e : batch) {
              seen.add(shard.targets()[e]);
            }
          }
        }
        assertThat(seen).as("round %d", round).hasSize(examples).doesNotHaveDuplicates();
      }
    }
  }

  /** Worker w of W has the shards w, w + W, …. */
  @Test
  void aWorkerHasNoExamplesOnlyInAStepThatHasFewerThanThereAreWorkers() {
    int without = 0;
    for (int examples = 1; examples <= 60; examples++) {
      EpochPlan plan = new EpochPlan(examples, 6, 3, 4, SEED);
      for (int workers : new int[] {2, 3, 6}) {
        for (int step = 0; step < plan.stepsPerEpoch(); step++) {
          int[] own = new int[workers];
          for (int s = 0; s < plan.shards(); s++) {
            own[s % workers] += plan.microBatchSize(s, 0, step);
          }
          int least = IntStream.of(own).min().orElseThrow();
          assertThat(least == 0)
              .as("%d examples, step %d: %s", examples, step, own)
              .isEqualTo(IntStream.of(own).sum() < workers);
          without += least == 0 ? 1 : 0;
        }
      }
    }
    assertThat(without).isPositive();
  }

  @Test
  void microBatchesOfAStepAreOfLikeLength() {
    EpochPlan plan = new EpochPlan(2000, 4, 5, 50, SEED);
    List<Shard> shards = ShardDealer.deal(examples(2000), 4);
    for (int step = 0; step < plan.stepsPerEpoch(); step++) {
      List<Double> means = new ArrayList<>();
      for (Shard shard : shards) {
        means.add(
            Arrays.stream(plan.microBatch(shard, 0, step))
                .map(shard::length)
                .average()
                .orElseThrow());
      }
      assertThat(Collections.max(means) - Collections.min(means)).isLessThan(6);
    }
  }

  @Test
  void epochsAndSeedsDiffer() {
    List<Shard> shards = ShardDealer.deal(examples(100), 2);
    Set<List<Integer>> orders = new HashSet<>();
    for (long seed = 1; seed <= 2; seed++) {
      EpochPlan plan = new EpochPlan(100, 2, 4, 8, seed);
      for (int epoch = 0; epoch < 2; epoch++) {
        int e = epoch;
        orders.add(
            IntStream.range(0, plan.stepsPerEpoch())
                .flatMap(step -> Arrays.stream(plan.microBatch(shards.get(0), e, step)))
                .boxed()
                .toList());
      }
    }
    assertThat(orders).hasSize(4);
  }

  @Test
  void theOrderOfExamplesBeforeDealingDoesNotMatter() {
    List<EncodedExample> examples = examples(57);
    List<EncodedExample> shuffled = new ArrayList<>(examples);
    Collections.reverse(shuffled);
    List<Shard> dealt = ShardDealer.deal(examples, 4);
    List<Shard> again = ShardDealer.deal(shuffled, 4);
    for (int s = 0; s < 4; s++) {
      assertThat(again.get(s).targets()).isEqualTo(dealt.get(s).targets());
      assertThat(dealt.get(s).size()).isEqualTo(new EpochPlan(57, 4, 2, 2, 1).shardSize(s));
    }
  }

  @Test
  void aPlanWhoseShardsCannotBeCountedIsRefused() {
    assertThatThrownBy(() -> new EpochPlan(4L * Integer.MAX_VALUE, 4, 2, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Invalid plan: 8589934588 examples, 4 shards");
    int steps = new EpochPlan(4L * Integer.MAX_VALUE - 1, 4, 1, 2, 1).stepsPerEpoch();
    assertThat(steps).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aShardOfAnotherPlanIsRefused() {
    Shard shard = ShardDealer.deal(examples(10), 2).get(1);
    assertThatThrownBy(() -> new EpochPlan(12, 2, 2, 2, 1).microBatch(shard, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid shard: number 1 of 5 examples is not of a plan of 12 examples in 2"
                + " shards");
  }
}
