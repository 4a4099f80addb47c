package io.sparsetune.faults;

import io.sparsetune.config.RunConfig;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Sha256;
import io.sparsetune.job.Existing;
import io.sparsetune.job.LocalRun;
import io.sparsetune.job.TrainJob;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * Runs that nothing happens to, one for each method, made when they are first asked for: on {@code
 * local[1]} in this process, with the delta of a training without Spark.
 */
final class References {
  /** Where the runs are, below the folder. */
  static final String RUNS = "/references/";

  /** Where the toy run's data are, below the folder. */
  static final String TOY = "/toy";

  private final Path folder;
  private final ToyRun toy;
  private final TrainJob job;
  private final Map<Method, RunContent> contents = new EnumMap<>(Method.class);

  /**
   * @param folder for the toy run's data and the references
   */
  References(Path folder, SparkSession session) throws IOException {
    this.folder = folder;
    this.toy = ToyRun.in(Path.of(folder + TOY), 0.1);
    this.job = new TrainJob(session);
  }

  ToyRun toy() {
    return toy;
  }

  /**
   * Settings of a method over those of the toy run, each {@code key=value}.
   *
   * @param root where {@link #folder} is, or a copy of its runs
   */
  List<String> settings(Method method, String root) {
    List<String> settings = new ArrayList<>(method.settings());
    if (method.needsMaskFile()) {
      settings.add("method.path=" + root + RUNS + Method.RANDOM);
    }
    return settings;
  }

  /** The content that a run of the method has to leave. */
  RunContent content(Method method) throws IOException {
    if (!contents.containsKey(method)) {
      contents.put(method, train(method));
    }
    return contents.get(method);
  }

  /** The finished run of the method, once its content was asked for. */
  Path run(Method method) {
    return Path.of(folder + RUNS + method);
  }

  private RunContent train(Method method) throws IOException {
    if (method.needsMaskFile()) {
      content(Method.RANDOM);
    }
    List<String> settings = settings(method, folder.toString());
    settings.add("output=" + run(method));
    RunConfig config = toy.config(settings.toArray(String[]::new));
    job.run(new TrainJob.Request(config, Existing.GO_ON, TrainingListener.NONE));
    RunContent content = RunContent.of(run(method));
    String withoutSpark = Sha256.hex(LocalRun.delta(config.opened(References::mask)));
    if (!content.delta().equals(withoutSpark)) {
      throw new FailedScheduleException(
          "%s on local[1] has the delta %s, and %s without Spark"
              .formatted(method, content.delta(), withoutSpark));
    }
    return content;
  }

  private static ByteSource mask(String path) {
    try {
      Path file = Path.of(path);
      return ByteSource.of(path, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
