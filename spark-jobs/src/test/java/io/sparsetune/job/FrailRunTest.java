package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.error.DataException;
import io.sparsetune.error.DivergedException;
import io.sparsetune.files.TemporaryName;
import io.sparsetune.hadoop.HadoopFolder;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.testing.FrailFileSystem;
import io.sparsetune.testing.FrailFileSystem.Manner;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings that end at each single change of their folder in turn, on a file system that replaces
 * a file by removing it first. The same command again always ends in the same delta.
 */
class FrailRunTest {
  private static final String[] ROUNDS = {
    "method.name=child",
    "method.score_steps=null",
    "method.rounds=2",
    "method.workers=2",
    "method.project_every=1 steps",
    "training.save_dense_seconds=0"
  };

  /** Changes until a run that replaces another has begun. */
  private static final int BEGINNING = 16;

  @TempDir Path folder;

  private final SparkSession session = SharedSession.get();
  private final Configuration hadoop = session.sparkContext().hadoopConfiguration();
  private final TrainJob job = new TrainJob(session);
  private ToyRun toy;

  @BeforeEach
  void layOut() throws IOException {
    FrailFileSystem.in(hadoop);
    toy = ToyRun.in(folder.resolve("toy"), 0.1);
  }

  @AfterEach
  void heal() {
    FrailFileSystem.heal();
  }

  private RunConfig config(String... more) {
    List<String> overrides = new ArrayList<>();
    overrides.addAll(
        List.of("training.max_steps=3", "training.eval_steps=2", "training.batch_size=10"));
    overrides.addAll(
        List.of("training.logging_steps=1", "method.score_steps=1", "training.save_seconds=0"));
    overrides.add("output=frail://" + run());
    overrides.addAll(List.of(more));
    return toy.config(overrides.toArray(String[]::new));
  }

  private Path run() {
    return folder.resolve("run");
  }

  /** Without the claim, which takes a second each time. */
  private void train(RunConfig config, Existing existing) {
    job.run(
        new TrainJob.Request(config, existing, TrainingListener.NONE),
        RunFolder.toTrain(config, existing, hadoop));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(run())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !TemporaryName.isOne(name))
          .sorted()
          .toList();
    }
  }

  /** Ends a training at each change in turn, beginning with a copy of the same folder. */
  private void endsAtEachChange(RunConfig config, Existing existing, Manner manner)
      throws IOException {
    endsAtChanges(config, existing, manner, 1, Integer.MAX_VALUE);
  }

  private void endsAtChanges(
      RunConfig config, Existing existing, Manner manner, int every, int last) throws IOException {
    byte[] expected = LocalRun.delta(config);
    Path before = folder.resolve("before");
    if (!Files.exists(before)) {
      Files.createDirectories(before);
    }
    List<String> problems = new ArrayList<>();
    for (int change = 1; change <= last; change += every) {
      FileUtils.deleteDirectory(run().toFile());
      FileUtils.copyDirectory(before.toFile(), run().toFile());
      FrailFileSystem.failAt(change, manner);
      String end = "it ends well";
      try {
        train(config, existing);
      } catch (DataException e) {
        end = e.getMessage();
      }
      if (!FrailFileSystem.failed()) {
        assertThat(change).isGreaterThan(20);
        break;
      }
      List<String> changes = FrailFileSystem.changes();
      FrailFileSystem.heal();
      try {
        assertWholeWhereItSaysSo(config, expected);
        train(config, existing);
        assertThat(run().resolve("delta.safetensors")).hasBinaryContent(expected);
        assertThat(names())
            .containsExactly(
                "_SUCCESS", "delta.safetensors", "metrics.jsonl", "result.json", "run.json");
        assertWholeWhereItSaysSo(config, expected);
      } catch (RuntimeException | AssertionError e) {
        problems.add("%s%n  after: %s%n  at %s".formatted(e, end, changes));
      }
    }
    assertThat(problems).isEmpty();
  }

  private void assertWholeWhereItSaysSo(RunConfig config, byte[] expected) throws IOException {
    if (Files.exists(run().resolve("_SUCCESS"))
        && FinishedRun.open(there()).manifest().config().equals(config)) {
      assertThat(run().resolve("delta.safetensors")).hasBinaryContent(expected);
    }
  }

  private HadoopFolder there() {
    return HadoopFolder.of(run().toString(), hadoop);
  }

  /** Leaves the folder as one from which {@link #endsAtEachChange} begins. */
  private void keepAsBefore() throws IOException {
    FrailFileSystem.heal();
    Files.move(run(), folder.resolve("before"));
  }

  @Test
  void aNewRun() throws IOException {
    endsAtEachChange(config(), Existing.GO_ON, Manner.FOR_EVER);
  }

  @Test
  void aRunWithDenseRounds() throws IOException {
    endsAtChanges(config(ROUNDS), Existing.GO_ON, Manner.FOR_EVER, 3, Integer.MAX_VALUE);
  }

  @Test
  void aRunThatGoesOn() throws IOException {
    // Before the delta.
    FrailFileSystem.failAt(33, Manner.FOR_EVER);
    assertThatThrownBy(() -> train(config(), Existing.GO_ON)).isInstanceOf(DataException.class);
    keepAsBefore();
    assertThat(folder.resolve("before/checkpoints")).isNotEmptyDirectory();
    for (Manner manner : Manner.values()) {
      endsAtEachChange(config(), Existing.GO_ON, manner);
    }
  }

  @Test
  void aRunThatReplacesAFinishedOne() throws IOException {
    train(config("training.seed=8"), Existing.GO_ON);
    keepAsBefore();
    endsAtChanges(config(), Existing.OVERWRITE, Manner.FOR_EVER, 1, BEGINNING);
  }

  @Test
  void aRunThatReplacesAnUnfinishedOne() throws IOException {
    FrailFileSystem.failAt(33, Manner.FOR_EVER);
    assertThatThrownBy(() -> train(config("training.seed=8"), Existing.GO_ON))
        .isInstanceOf(DataException.class);
    keepAsBefore();
    endsAtChanges(config(), Existing.OVERWRITE, Manner.FOR_EVER, 1, BEGINNING);
  }

  @Test
  void aCorrectedRunInThePlaceOfOneThatDiverged() throws IOException {
    assertThatThrownBy(() -> train(config("training.learning_rate=1e38"), Existing.GO_ON))
        .isInstanceOf(DivergedException.class);
    keepAsBefore();
    assertThat(folder.resolve("before/failure.json")).exists();
    assertThat(folder.resolve("before/checkpoints")).doesNotExist();
    endsAtChanges(config(), Existing.GO_ON, Manner.FOR_EVER, 1, BEGINNING);
  }
}
