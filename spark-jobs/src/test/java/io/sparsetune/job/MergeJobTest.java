package io.sparsetune.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ConfigException;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.ToyRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a merged model is written. */
class MergeJobTest {
  @TempDir private static Path folder;
  private static ToyRun toy;
  private static Path run;

  @BeforeAll
  static void train() throws IOException {
    toy = ToyRun.in(folder.resolve("toy"), 0);
    run = toy.folder().resolve("run");
    new TrainJob(SharedSession.get())
        .run(
            new TrainJob.Request(
                toy.config("training.max_steps=1"), Existing.GO_ON, TrainingListener.NONE));
  }

  @Test
  void theBaseAndTheRunAreNotWrittenInto() throws IOException {
    Path model = toy.folder().resolve("model");
    byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
    refused(model, "the folder holds something else; give another one");
    // Even where an older merge lies there.
    for (Path marked : new Path[] {model, run}) {
      Files.createFile(marked.resolve("sparsetune.json"));
    }
    refused(model, lie("the base model", model));
    refused(model.resolve("merged"), lie("the base model", model));
    refused(run, lie("the run", run));
    refused(run.resolve("merged"), lie("the run", run));
    for (Path marked : new Path[] {model, run}) {
      Files.delete(marked.resolve("sparsetune.json"));
    }
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(run.resolve("config.json")).doesNotExist();
  }

  private static String lie(String what, Path path) {
    return "%s is %s, and the two must not lie in each other; give another folder"
        .formatted(what, path);
  }

  private static void refused(Path output, String because) {
    assertThatThrownBy(() -> merge(output, true))
        .isInstanceOf(ConfigException.class)
        .hasMessage("Cannot write into %s: %s", output, because);
  }

  @Test
  void aMergeThatDidNotFinishIsStartedAgainOnlyWhenAskedTo() throws IOException {
    Path output = folder.resolve("merged");
    merge(output, false);
    String fingerprint = BaseModel.open(output).fingerprint();
    Files.delete(output.resolve("config.json"));
    Files.write(output.resolve("model.safetensors"), new byte[3]);
    assertThatThrownBy(() -> merge(output, false))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write into %s: it holds a merged model that did not get finished; give another"
                + " folder, or --overwrite to start again",
            output);
    merge(output, true);
    assertThat(BaseModel.open(output).fingerprint()).isEqualTo(fingerprint);
  }

  @Test
  void filesOfAnOlderMergeDoNotStayBesideTheNewOnes() throws IOException {
    Path output = folder.resolve("replaced");
    merge(output, false);
    Files.createFile(output.resolve("merges.txt"));
    merge(output, true);
    assertThat(output.resolve("merges.txt")).doesNotExist();
    assertThat(output.resolve("config.json")).exists();
  }

  private static void merge(Path output, boolean overwrite) {
    new MergeJob(new Configuration())
        .run(new MergeJob.Request(run.toString(), output.toString(), Optional.empty(), overwrite));
  }
}
