package io.sparsetune.memory;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.Megabytes;
import io.sparsetune.executor.SparkStepExecutor;
import io.sparsetune.mask.Mask;
import io.sparsetune.method.Evidence;
import io.sparsetune.method.MaskMethod;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.RoundPlan;
import io.sparsetune.method.ScoreRound;
import io.sparsetune.method.WholeMethod;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.LinearModule;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Precision;
import io.sparsetune.text.TextEncoder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a training needs in memory, in bytes: an estimate, to be told before hours are spent.
 *
 * @param model θ in an executor
 * @param scores sums of a score round in an executor, for all tasks at once
 * @param scoresAtOnce parameters whose scores a task sums in one pass over the data
 * @param passes that a score round takes over the data; 0 without one
 * @param rounds parameters and moments of the logical workers of a dense round in an executor
 * @param activations of all threads of an executor
 * @param values trained values, their gradients' sums and tasks' results in an executor
 * @param aggregation values, moments and the tasks' results in the driver
 * @param outside of the heap of an executor, for products in bfloat16
 * @param tasks at once in an executor
 */
public record MemoryEstimate(
    long model,
    long scores,
    long scoresAtOnce,
    int passes,
    long rounds,
    long activations,
    long values,
    long aggregation,
    long outside,
    int tasks,
    Heaps heaps) {
  /** What Spark needs beside, in any process. */
  private static final long SPARK = 300L << 20;

  /** oneDNN's code and what it makes for each shape of a product. */
  private static final long ONE_DNN = 150L << 20;

  /** Results of tasks that Spark's driver receives side by side, unless its settings say more. */
  private static final int RECEIVED_AT_ONCE = 4;

  /** A parameter's sum in a task, and what is shuffled of it or its score. */
  private static final long SCORE_BYTES = 12;

  /**
   * @param problem the mask that is to be chosen
   * @param partitions of the training data
   */
  public static MemoryEstimate of(
      Heaps heaps, RunConfig config, ModelSpec spec, MaskProblem problem, int partitions) {
    TrainedSizes sizes = TrainedSizes.of(problem);
    int workers = workers(problem);
    int shards = config.training().shards();
    int tasks = Math.min(heaps.slots(), partitions);
    int threads = Math.min(heaps.slots(), shards) * heaps.cluster().cpus();
    long model = 4L * spec.layout().size();
    long activations = threads * activations(config, spec);
    int results = SparkStepExecutor.results(partitions);
    // Positions and values, a sum for each thread, and a task's result: a copy, and the block that
    // Spark makes of it and keeps until the driver has it.
    long values = sizes.trained() * (8L + 8L * threads + 16L * tasks);
    // Values before and after a step, the best so far and what is sent; two moments; what the
    // method adds; sums; of results that are received the bytes and a copy. In local mode no more
    // arrive at once than tasks end, and one of the two copies in a task is gone by then.
    long received =
        heaps.local() ? 8L * Math.min(tasks, results) : 16L * Math.min(RECEIVED_AT_ONCE, results);
    long aggregation =
        sizes.trained()
            * (32L + 4L * transformed(problem) + 8L * (1 + results) + received + saved(problem));
    // Of a clipped score round: the gradient of the batch that a task is at.
    boolean clips = config.method().options().find(ScoreRound.CLIP).isPresent();
    long batches = clips ? 8L * tasks * spec.layout().size() : 0;
    long other = model + activations + values + batches + SPARK + (heaps.local() ? aggregation : 0);
    long room = Math.max(0, heaps.executor() - other) / (SCORE_BYTES * tasks);
    long atOnce = Math.min(sizes.scored(), Math.max(room, sizes.largestScored()));
    int passes = atOnce == 0 ? 0 : (int) ((sizes.scored() + atOnce - 1) / atOnce);
    return new MemoryEstimate(
        model,
        SCORE_BYTES * tasks * atOnce + batches,
        Math.max(1, atOnce),
        passes,
        rounds(config, problem, sizes, heaps),
        activations,
        values,
        aggregation,
        outside(spec, config, workers, threads, heaps),
        tasks,
        heaps);
  }

  /** Bytes for each trained value of the copy that is being saved: its value, two moments. */
  private static long saved(MaskProblem problem) {
    return problem.config().method() instanceof WholeMethod ? 0 : 12;
  }

  /** Arrays of the trained values' size that the method's part in a step takes. */
  private static int transformed(MaskProblem problem) {
    MaskMethod method = problem.config().method();
    return method.stepTransform(problem, Mask.none(problem.layout()), () -> new float[0]).arrays();
  }

  /**
   * A logical worker's θ; of what it trains θ⁰ twice (what to put back, and what distances start
   * from) and what moves; a gradient's sums for each thread.
   */
  private static long rounds(
      RunConfig config, MaskProblem problem, TrainedSizes sizes, Heaps heaps) {
    Evidence evidence = problem.config().method().evidence(problem);
    if (!(evidence instanceof Evidence.DenseRounds dense)) {
      return 0;
    }
    int workers = workers(problem);
    int shards = config.training().shards();
    int threads = Math.min(heaps.threadsOfEach(workers), Math.max(1, shards / workers));
    long parameters = sizes.n() + sizes.head();
    int arrays = dense.training().with(config.training().optimizer(), 1).arrays();
    return Math.min(heaps.slots(), workers)
        * (4L * problem.layout().size() + parameters * (4L * (2 + arrays) + 8L * threads));
  }

  /** Logical workers of dense rounds; 0 without such rounds. */
  private static int workers(MaskProblem problem) {
    return problem.config().method().evidence(problem) instanceof Evidence.DenseRounds
        ? problem.config().options().get(RoundPlan.WORKERS)
        : 0;
  }

  /** One thread's: outputs of every layer and their gradients, for the longest micro-batch. */
  private static long activations(RunConfig config, ModelSpec spec) {
    EncoderConfig encoder = spec.encoder();
    long length = config.data().maxSeqLength();
    long perToken =
        14L * encoder.hiddenSize() + 4L * encoder.intermediateSize() + 2 * encoder.heads() * length;
    return 4L * tokens(config, spec) * (perToken * (encoder.layers() + 1) + added(spec));
  }

  /** Of the longest micro-batch. */
  private static long tokens(RunConfig config, ModelSpec spec) {
    return (long) config.data().maxSeqLength()
        * spec.sequences()
        * Math.max(config.training().microBatchSize(), config.training().evalBatchSize());
  }

  /**
   * The weights of each engine; for each thread a product's operand and result, which may be a
   * whole gradient's; and oneDNN itself.
   */
  private static long outside(
      ModelSpec spec, RunConfig config, int workers, int threads, Heaps heaps) {
    if (spec.precision() == Precision.FP32) {
      return 0;
    }
    int engines = 1 + Math.min(heaps.slots(), workers);
    long widest = spec.encoder().intermediateSize();
    long product = 8 * tokens(config, spec) * widest + 4 * widest * spec.encoder().hiddenSize();
    return 2L * spec.layout().size() * engines + threads * product + ONE_DNN;
  }

  /** Features of a token that an equivalent model's own layers keep, and their gradients. */
  private static long added(ModelSpec spec) {
    EncoderConfig encoder = spec.encoder();
    if (spec.equivalent() instanceof EquivalentModel.Lora lora) {
      long dropped = lora.dropout() > 0 ? 2L * encoder.intermediateSize() : 0;
      // Between each two factors; and its gradient, for a layer's query, key and value at most.
      return (lora.modules(encoder).size() + 3L) * lora.rank() + dropped;
    }
    if (spec.equivalent() instanceof EquivalentModel.Adapter adapter) {
      long places =
          LinearModule.of(encoder).stream().filter(module -> adapter.isOn(module.name())).count();
      long hidden = encoder.hiddenSize();
      return places * (hidden + 2L * adapter.size()) + 4 * hidden + adapter.size();
    }
    return 0;
  }

  /** Of an executor's heap; in local mode the driver's part too. */
  long executor() {
    return model
        + scores
        + rounds
        + activations
        + values
        + SPARK
        + (heaps.local() ? aggregation : 0);
  }

  /** Of the driver's heap. */
  long driver() {
    return heaps.local() ? executor() : aggregation + SPARK;
  }

  /**
   * @throws ConfigException where memory cannot be enough, with all that is lacking
   */
  public void check() {
    List<String> problems = problems();
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }

  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (executor() > heaps.executor()) {
      problems.add(
          ("Cannot train with %s of memory %s: about %s are needed (%s). Give it more with %s;"
                      + " or set a smaller training.micro_batch_size, training.eval_batch_size or"
                      + " data.max_seq_length%s.")
                  .formatted(
                      Megabytes.of(heaps.executor()),
                      heaps.local() ? "in this process" : "an executor",
                      Megabytes.of(executor()),
                      inWords(),
                      more(heaps.local() ? "driver" : "executor", gigabytes(executor())),
                      heaps.slots() > 1 ? fewer() : "")
              + (rounds > 0
                  ? " A dense round trains all parameters that method.include names: fewer need"
                      + " less."
                  : ""));
    }
    if (!heaps.local() && driver() > heaps.driver()) {
      problems.add(
          ("Cannot train with %s of memory in the driver: about %s are needed for the trained"
                  + " values and their sums. Give it more with %s; or train less (method.sparsity).")
              .formatted(
                  Megabytes.of(heaps.driver()),
                  Megabytes.of(driver()),
                  more("driver", gigabytes(driver()))));
    }
    return problems;
  }

  private String fewer() {
    return heaps.local()
        ? ", or use fewer cores (--master local[n])"
        : ", or let fewer tasks run at once in one executor";
  }

  private static String more(String process, long gigabytes) {
    return "spark-submit's --%s-memory %dg (with bin/sparsetune it stands after --)"
        .formatted(process, gigabytes);
  }

  /** For a dry run: what is needed, and what is there. */
  public String report() {
    String report =
        "%s of heap an executor (%s), and %d MB of spark.executor.memoryOverhead; it has %s"
            .formatted(
                Megabytes.of(executor()),
                inWords(),
                overheadMegabytes(),
                Megabytes.of(heaps.executor()));
    return heaps.local()
        ? report
        : report
            + "; %s of heap in the driver, which has %s"
                .formatted(Megabytes.of(driver()), Megabytes.of(heaps.driver()));
  }

  /** What an executor's memory holds. */
  String inWords() {
    return "model %s, scores %s%s, %sactivations %s, trained values and sums %s, Spark %s"
        .formatted(
            Megabytes.of(model),
            Megabytes.of(scores),
            passes > 1 ? " in %d passes over the data".formatted(passes) : "",
            rounds > 0
                ? "logical workers of dense rounds %s, ".formatted(Megabytes.of(rounds))
                : "",
            Megabytes.of(activations),
            Megabytes.of(values + (heaps.local() ? aggregation : 0)),
            Megabytes.of(SPARK));
  }

  /** A heap of which so much may be used. */
  private static long gigabytes(long needed) {
    return (needed + needed / 10 + (1L << 30) - 1) >> 30;
  }

  /**
   * For {@code spark.executor.memoryOverhead}: the JVM's own memory, what products in bfloat16
   * take, and a text of the longest kind in each task's tokenizer.
   */
  long overheadMegabytes() {
    return Math.max(512, gigabytes(executor()) * 1024 / 10)
        + (outside + tasks * TextEncoder.NATIVE_BYTES >> 20);
  }
}
