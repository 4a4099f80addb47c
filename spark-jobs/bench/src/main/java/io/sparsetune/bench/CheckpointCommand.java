package io.sparsetune.bench;

import io.sparsetune.checkpoint.Checkpoint;
import io.sparsetune.checkpoint.Checkpoints;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.Methods;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.optim.OptimizerState;
import io.sparsetune.optim.TrainedState;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.progress.StepTally;
import io.sparsetune.train.TrainingState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bin/bench checkpoint}: the cost of a checkpoint, in time and bytes. */
@Command(
    name = "checkpoint",
    mixinStandardHelpOptions = true,
    description = {
      "Times the checkpoints of a training: the copy that a step waits for, the file that is",
      "written beside the steps, and reading it back."
    })
final class CheckpointCommand implements Callable<Integer> {
  private static final String CONFIG =
      "{model: {path: none}, data: {train: none}, output: none, method: {name: random, sparsity:"
          + " %s}}";

  @Option(
      names = "--sparsity",
      defaultValue = "0.02",
      description = "share of the parameters that are trained (${DEFAULT-VALUE})")
  private double sparsity;

  @Option(names = "--seconds", defaultValue = "5", description = "measured (${DEFAULT-VALUE})")
  private double seconds;

  private Checkpoints.Latest read;

  @Override
  public Integer call() throws IOException {
    for (StepShape shape : List.of(StepShape.MINILM, StepShape.BASE)) {
      try (TemporaryFolder temporary = new TemporaryFolder()) {
        measure(shape, temporary.path() + "/" + shape.name());
      }
    }
    return 0;
  }

  private void measure(StepShape shape, String where) throws IOException {
    RunConfig config = RunConfigParser.parse(CONFIG.formatted(sparsity), "bench", List.of());
    ModelSpec spec = shape.model();
    ParameterLayout layout = spec.layout();
    MaskProblem problem = new MaskProblem(layout, config.method(), 1);
    List<Integer> head = Methods.headTensors(layout, config.method());
    Mask mask = config.method().method().mask(problem, ScoreSource.none());
    TrainingState state = state(mask, mask.withWhole(layout, head));
    Checkpoints checkpoints = new Checkpoints(HadoopFolder.of(where, new Configuration()));
    TrainingState[] copy = new TrainingState[1];
    Timing copies = Timing.of(() -> copy[0] = state.snapshot(), 1, seconds);
    Timing writes = Timing.of(() -> write(checkpoints, copy[0]), 1, seconds);
    Timing reads = Timing.of(() -> read = checkpoints.latest("bench", layout, head), 1, seconds);
    System.out.printf(
        Locale.ROOT,
        "%s, %,d trained of %,d: %,d bytes; copy %.2f ms, write %.1f ms, read %.1f ms%n",
        shape.name(),
        state.trained().size(),
        layout.size(),
        bytes(where),
        copies.median(),
        writes.median(),
        reads.median());
  }

  /** The best values are others than the current ones: the largest file. */
  private static TrainingState state(Mask mask, Mask trained) {
    float[] values = new float[trained.size()];
    Arrays.fill(values, 0.1f);
    float[][] moments = {values.clone(), values.clone()};
    return new TrainingState(
        mask,
        new TrainedState(trained, values, new OptimizerState(100, moments)),
        100,
        values.clone(),
        50,
        List.of(),
        List.of());
  }

  private static void write(Checkpoints checkpoints, TrainingState state) {
    try {
      checkpoints.write(new Checkpoint("bench", state, StepTally.NONE, 1, Optional.empty()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long bytes(String where) throws IOException {
    try (Stream<Path> files = Files.list(Path.of(where))) {
      return files.mapToLong(file -> file.toFile().length()).max().orElse(0);
    }
  }
}
