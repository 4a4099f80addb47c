package io.sparsetune.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ConfigException;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** BERT-base's figures. */
class MemoryEstimateTest {
  private static final long GIGABYTE = 1L << 30;
  private static final EncoderConfig BERT_BASE =
      new EncoderConfig(
          Architecture.BERT, 30522, 768, 12, 12, 3072, Activation.GELU, 512, 2, 0, 1e-12);

  @Test
  void aScoreRoundTakesThePassesThatFit() {
    assertThat(executor(4 * GIGABYTE, "sam").passes()).isEqualTo(1);
    MemoryEstimate small = executor(2 * GIGABYTE, "sam");
    assertThat(small.passes()).isGreaterThan(1);
    assertThat(small.scoresAtOnce()).isLessThan(85_054_464).isGreaterThan(768 * 3072);
    assertThatCode(small::check).doesNotThrowAnyException();
    assertThat(small.report()).contains(small.passes() + " passes over the data");
    assertThat(executor(2 * GIGABYTE, "random").passes()).isZero();
  }

  @Test
  void aClippedScoreRoundHoldsTheGradientOfAWholeBatchBeside() {
    MemoryEstimate plain = executor(8 * GIGABYTE, "sam");
    MemoryEstimate clipped = executor(8 * GIGABYTE, "sam", "method.scoring_clip=1.0");
    long parameters = 109_483_778;
    assertThat(clipped.scores() - plain.scores()).isEqualTo(8 * clipped.tasks() * parameters);
    assertThat(clipped.executor() - plain.executor()).isEqualTo(8 * clipped.tasks() * parameters);
  }

  @Test
  void anExampleOfTwoChoicesTakesTheActivationsOfTwo() {
    assertThat(executor(8 * GIGABYTE, "sam", "task.type=multiple_choice").activations())
        .isEqualTo(2 * executor(8 * GIGABYTE, "sam").activations());
  }

  @Test
  void whatIsAddedToTheModelIsCounted() {
    MemoryEstimate plain = executor(8 * GIGABYTE, "bitfit");
    MemoryEstimate lora = executor(8 * GIGABYTE, "lora");
    assertThat(lora.model() - plain.model()).isEqualTo(4L * 12 * 2 * 8 * (768 + 768));
    long tokens = 64 * 8;
    assertThat(lora.activations() - plain.activations()).isEqualTo(4 * tokens * (24 + 3) * 8);
    MemoryEstimate adapter = executor(8 * GIGABYTE, "adapter");
    assertThat(adapter.model() - plain.model()).isEqualTo(4L * 12 * 2 * (2 * 64 * 768 + 64 + 768));
    assertThat(adapter.activations() - plain.activations())
        .isEqualTo(4 * tokens * (24 * (768 + 2 * 64) + 4 * 768 + 64));
    assertThat(adapter.values()).isEqualTo(32L * (12 * 2 * (2 * 64 * 768 + 64 + 768) + 592_130));
  }

  @Test
  void anExecutorThatIsTooSmallIsRefusedWithAHeapThatIsNot() {
    MemoryEstimate tiny = executor(GIGABYTE / 2, "sam");
    assertThatThrownBy(tiny::check)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Cannot train with 536.9 MB of memory an executor")
        .hasMessageContaining("training.micro_batch_size");
    String gigabytes = tiny.problems().get(0).replaceAll(".*--executor-memory (\\d+)g.*", "$1");
    assertThatCode(executor(Long.parseLong(gigabytes) * GIGABYTE, "sam")::check)
        .doesNotThrowAnyException();
  }

  @Test
  void aLogicalWorkerHoldsItsOwnParametersAndMoments() {
    long model = 4L * 109_483_778;
    // The layers, the pooler and a classifier of two outputs.
    long dense = 85_054_464 + 590_592 + 2 * 769;
    MemoryEstimate one = executor(8 * GIGABYTE, "child");
    assertThat(one.rounds()).isEqualTo(model + 28 * dense);
    // w beside θ, α and its two moments; structured the tensors' α at each position.
    assertThat(executor(8 * GIGABYTE, "diff").rounds() - one.rounds()).isEqualTo(4 * 4 * dense);
    assertThat(executor(8 * GIGABYTE, "diff", "method.structured=true").rounds() - one.rounds())
        .isEqualTo(4 * 5 * dense);
    assertThat(executor(8 * GIGABYTE, "child", "training.optimizer=sgd").rounds())
        .isEqualTo(model + 24 * dense);
    assertThat(executor(8 * GIGABYTE, "sam").rounds()).isZero();
    Heaps two = heaps(8 * GIGABYTE, 4 * GIGABYTE, 4, 2);
    assertThat(estimate(two, "mixout").rounds()).isEqualTo(model + 36 * dense);
    // Each of four has one of the four shards, and so one thread.
    assertThat(estimate(two, "mixout", "method.workers=4").rounds())
        .isEqualTo(2 * (model + 28 * dense));
    assertThat(one.report()).contains("logical workers of dense rounds 2836.0 MB, ");
    assertThatCode(one::check).doesNotThrowAnyException();
  }

  @Test
  void aLogicalWorkerThatDoesNotFitIsRefused() {
    assertThatThrownBy(executor(3 * GIGABYTE, "lottery_ticket")::check)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Cannot train with 3221.2 MB of memory an executor")
        .hasMessageContaining("--executor-memory")
        .hasMessageContaining("parameters that method.include names: fewer need less.");
  }

  @Test
  void aDriverThatCannotHoldWhatIsTrainedIsRefused() {
    Heaps heaps = heaps(64 * GIGABYTE, GIGABYTE, 1, 1);
    assertThatThrownBy(estimate(heaps, "full")::check)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Cannot train with 1073.7 MB of memory in the driver")
        .hasMessageContaining("--driver-memory");
    assertThatCode(estimate(heaps, "sam")::check).doesNotThrowAnyException();
  }

  @Test
  void resultsOfTasksThatTrainEverythingAreCountedOnTheirWay() {
    long trained = 109_482_240 + 2 * 769;
    MemoryEstimate full = executor(8 * GIGABYTE, "full");
    // A task's sum and what is sent of it; four results, each received as bytes and copied.
    assertThat(full.values()).isEqualTo((8 + 8 + 16) * trained);
    assertThat(full.aggregation()).isEqualTo((32 + 8 * 5 + 16 * 4) * trained);
    Heaps local = local(64 * GIGABYTE, 2);
    assertThat(estimate(local, "full").aggregation()).isEqualTo((32 + 8 * 5 + 8 * 2) * trained);
  }

  @Test
  void inOneProcessAllThreadsShareTheSumsOfAScoreRound() {
    MemoryEstimate one = inOneProcess(8, 1, "sam");
    MemoryEstimate eight = inOneProcess(8, 8, "sam");
    assertThat(one.scores()).isEqualTo(12L * 85_054_464);
    assertThat(eight.scores()).isEqualTo(8 * one.scores());
    assertThat(one.activations()).isEqualTo(eight.activations());
  }

  @Test
  void aLogicalWorkerHasNoMoreThreadsThanShards() {
    MemoryEstimate few = inOneProcess(2, 1, "child", "training.batch_size=16");
    MemoryEstimate many = inOneProcess(16, 1, "child", "training.batch_size=16");
    assertThat(many.rounds()).isEqualTo(few.rounds());
  }

  @Test
  void inOneProcessFewerCoresAreARemedy() {
    RunConfig config = config("sam", "training.batch_size=64");
    assertThat(estimate(local(GIGABYTE / 2, 8), config, 1).problems().get(0))
        .contains("or use fewer cores (--master local[n])");
  }

  private static MemoryEstimate inOneProcess(
      int cores, int partitions, String method, String... more) {
    List<String> keyValues = new ArrayList<>(List.of("training.batch_size=64"));
    keyValues.addAll(List.of(more));
    RunConfig config = config(method, keyValues.toArray(String[]::new));
    return estimate(local(64 * GIGABYTE, cores), config, partitions);
  }

  @Test
  void whatAMethodHoldsForEachStepIsCountedInTheDriver() {
    MemoryEstimate full = executor(8 * GIGABYTE, "full");
    MemoryEstimate lee = executor(8 * GIGABYTE, "mixout", "method.variant=lee");
    assertThat(lee.aggregation() - full.aggregation()).isEqualTo(8L * (109_482_240 + 2 * 769));
    assertThat(executor(8 * GIGABYTE, "child_f").aggregation()).isEqualTo(full.aggregation());
  }

  @Test
  void anExecutorsMemoryIsWhatSparkIsAskedFor() {
    SparkConf conf = new SparkConf(false).set("spark.executor.memory", "3g");
    conf.set("spark.executor.cores", "4").set("spark.task.cpus", "2").set("spark.master", "yarn");
    Heaps yarn = Heaps.of(conf, 9, 2, 5);
    assertThat(yarn).isEqualTo(new Heaps(3 * GIGABYTE, 5, 4, ClusterShape.of(conf, 9)));
    assertThat(yarn.slots()).isEqualTo(2);
    conf.set("spark.master", "local-cluster[2, 3, 1024]");
    assertThat(Heaps.of(conf, 9, 2, 5).cores()).isEqualTo(3);
    conf.set("spark.master", "local[9]");
    Heaps local = Heaps.of(conf, 9, 0, 5);
    assertThat(local).isEqualTo(new Heaps(5, 5, 9, ClusterShape.of(conf, 9)));
    assertThat(local.local()).isTrue();
  }

  @Test
  void anExecutorThatTakesAllCoresOfItsMachineHasAsManyAsThoseThatAreThere() {
    SparkConf conf = new SparkConf(false).set("spark.master", "spark://host:7077");
    assertThat(Heaps.of(conf, 24, 3, 5).cores()).isEqualTo(8);
    assertThat(Heaps.of(conf, 2, 0, 5).cores()).isEqualTo(2);
    conf.set("spark.executor.cores", "4");
    assertThat(Heaps.of(conf, 24, 6, 5).cores()).isEqualTo(4);
  }

  private static Heaps local(long heap, int cores) {
    SparkConf conf = new SparkConf(false).set("spark.master", "local[" + cores + "]");
    return new Heaps(heap, heap, cores, ClusterShape.of(conf, cores));
  }

  private static Heaps heaps(long executor, long driver, int cores, int cpus) {
    SparkConf conf = new SparkConf(false).set("spark.master", "yarn");
    conf.set("spark.executor.cores", "" + cores).set("spark.task.cpus", "" + cpus);
    return new Heaps(executor, driver, cores, ClusterShape.of(conf, 0));
  }

  private static MemoryEstimate executor(long heap, String method, String... more) {
    return estimate(heaps(heap, 4 * GIGABYTE, 1, 1), method, more);
  }

  private static MemoryEstimate estimate(Heaps heaps, String method, String... more) {
    return estimate(heaps, config(method, more), 4);
  }

  private static RunConfig config(String method, String... more) {
    List<String> keyValues =
        new ArrayList<>(List.of("method.name=" + method, "data.max_seq_length=64"));
    keyValues.addAll(List.of(more));
    return RunConfigParser.parse(
        "{model: {path: m}, data: {train: t}, output: o}", "test", keyValues);
  }

  private static MemoryEstimate estimate(Heaps heaps, RunConfig config, int partitions) {
    ModelSpec spec =
        new ModelSpec(BERT_BASE, Pooling.POOLER, 2, config.task().type().loss(), Dropout.NONE)
            .with(config.method().equivalentModel(BERT_BASE));
    MaskProblem problem = new MaskProblem(spec.layout(), config.method(), 1);
    return MemoryEstimate.of(heaps, config, spec, problem, partitions);
  }
}
