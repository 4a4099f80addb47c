package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.RunFiles;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.run.FinishedRun;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said of runs that are not what a training left. */
class RunsTest {
  private static final Configuration HADOOP = new Configuration();

  @TempDir static Path folder;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    ToyRun toy = ToyRun.in(folder.resolve("toy"), 0);
    run = toy.folder().resolve("run");
    new TrainJob(SharedSession.get())
        .run(
            new TrainJob.Request(
                toy.config("training.max_steps=1", "method.name=random", "method.score_steps=null"),
                Existing.GO_ON,
                TrainingListener.NONE));
  }

  @Test
  void aDeltaThatHasChangedIsRefused() throws IOException {
    Path copy = copy("changed");
    assertThat(Runs.open(copy.toString(), HADOOP).delta()).isNotNull();
    Path delta = copy.resolve("delta.safetensors");
    byte[] bytes = Files.readAllBytes(delta);
    bytes[bytes.length - 3] ^= 1;
    Files.write(delta, bytes);
    assertThatThrownBy(() -> Runs.open(copy.toString(), HADOOP))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read %s: it is not what the training wrote: its SHA-256 is not the one in"
                + " result.json",
            delta);
    Files.delete(copy.resolve("result.json"));
    assertThat(Runs.open(copy.toString(), HADOOP).delta()).isNotNull();
  }

  @Test
  void aFolderThatIsNoRunIsNotCalledUnfinished() throws IOException {
    Path other = Files.createDirectories(folder.resolve("other"));
    assertThatThrownBy(() -> Runs.open(other.toString(), HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read the run %s: it is not a run (run.json is missing)", other);
    Path copy = copy("unfinished");
    Files.delete(copy.resolve("_SUCCESS"));
    assertThatThrownBy(() -> Runs.open(copy.toString(), HADOOP))
        .hasMessage("Cannot read the run %s: it did not finish (_SUCCESS is missing)", copy);
  }

  @Test
  void aBaseThatHasMovedIsAskedFor() throws IOException {
    Path copy = copy("moved");
    Path record = copy.resolve("run.json");
    Files.writeString(record, Files.readString(record).replace("toy/model\"", "toy/nothing\""));
    FinishedRun moved = Runs.open(copy.toString(), HADOOP);
    assertThatThrownBy(() -> Runs.basePath(moved, Optional.empty(), HADOOP))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot find the base model of the run %s where it was, %s. Say with --model where it"
                + " is now.",
            copy, folder.resolve("toy/nothing"));
    assertThat(Runs.basePath(moved, Optional.of("elsewhere"), HADOOP)).isEqualTo("elsewhere");
  }

  @Test
  void aRecordThatDoesNotFitTheDeltaIsRefused() throws IOException {
    Path copy = copy("long");
    Path record = copy.resolve("run.json");
    String written = Files.readString(record);
    assertThat(written).contains("\"max_seq_length\" : ");
    Files.writeString(
        record, written.replaceFirst("\"max_seq_length\" : \\d+", "\"max_seq_length\" : 100000"));
    assertThatThrownBy(() -> Runs.open(copy.toString(), HADOOP))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageMatching(
            "Cannot read .*/run.json: its data.max_seq_length is 100000; expected at most \\d+, for"
                + " which its model has positions");
    Files.writeString(record, written.replaceFirst("\"run_id\" : \"..", "\"run_id\" : \"00"));
    assertThatThrownBy(() -> Runs.open(copy.toString(), HADOOP))
        .hasMessageContaining("its run_id is \"00");
  }

  private static Path copy(String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    for (String file :
        List.of(
            RunFiles.RUN, RunFiles.METRICS, RunFiles.DELTA, RunFiles.RESULT, RunFiles.SUCCESS)) {
      Files.copy(run.resolve(file), copy.resolve(file));
    }
    return copy;
  }
}
