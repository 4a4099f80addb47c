package io.sparsetune.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.RunFiles;
import io.sparsetune.testing.MemoryFolder;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunStateTest {
  private static final String MANIFEST =
      """
      {"format_version": 1, "run_id": "%s", "seed": 1, "labels": ["no", "yes"],
       "config": {"model": {"path": "m"}, "data": {"train": ["t"], "max_seq_length": 16},
         "task": {"labels": ["no", "yes"]}, "training": {"max_steps": 3}, "output": "o"},
       "base": {"path": "file:/m"}}
      """
          .formatted("0123456789abcdef".repeat(4));

  private final MemoryFolder folder = new MemoryFolder("runs/one");

  @Test
  void anEmptyFolderIsFree() {
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Free());
    folder.put(".sparsetune-lock", "");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Free());
  }

  @ParameterizedTest
  @ValueSource(strings = {"not JSON", "[]", "{\"run_id\": 1}", "{\"run_id\": \"a\"", ""})
  void aFileOfThatNameThatIsNoManifestMarksNoRun(String text) {
    folder.put(RunFiles.RUN, text);
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
  }

  @Test
  void anUnfinishedRunHasItsManifestWhereItCanBeRead() {
    folder.put(RunFiles.RUN, MANIFEST);
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Unfinished.class,
            run -> assertThat(run.manifest().orElseThrow().base().path()).isEqualTo("file:/m"));
    folder.put(RunFiles.RUN, MANIFEST.replace("\"format_version\": 1", "\"format_version\": 2"));
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Unfinished.class, run -> assertThat(run.manifest()).isEmpty());
  }

  /** A death between the removal of a manifest and the writing of the next leaves this. */
  @Test
  void checkpointsWithoutAManifestAreAnUnfinishedRuns() {
    folder.put(RunFiles.METRICS, "{}");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
    MemoryFolder checkpoints = folder.below(RunFiles.CHECKPOINTS).put("checkpoint-000012", "");
    checkpoints.below("rounds").put("anything", "");
    checkpoints.put(".sparsetune-0123456789abcdef", "");
    folder.put(".sparsetune-owner", "");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Unfinished(Optional.empty()));
    checkpoints.put("model.ckpt", "");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
    checkpoints.remove("model.ckpt");
    folder.put("notes.txt", "");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
  }

  /** Of a process that was killed while it replaced the manifest. */
  @Test
  void aManifestUnderATemporaryNameCountsWhereTheNamedOneIsMissing() {
    folder.put(RunFiles.METRICS, "");
    folder.put(".sparsetune-0123456789abcdef", "half of something");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
    folder.put(".sparsetune-fedcba9876543210", MANIFEST);
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Unfinished.class, run -> assertThat(run.manifest()).isPresent());
    folder.put(RunFiles.RUN, "not a manifest");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
  }

  /** Of a command that was killed while its run took the place of one that failed. */
  @Test
  void aFailureOfAnotherRunSaysNothingOfThisOne() {
    folder.put(RunFiles.RUN, MANIFEST);
    RunFailure own = new RunFailure("0123456789abcdef".repeat(4), "Training diverged");
    folder.put(RunFiles.FAILURE, own.text());
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Failed.class, failed -> assertThat(failed.failure()).contains(own));
    folder.put(RunFiles.FAILURE, new RunFailure("f".repeat(64), "Training diverged").text());
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Failed.class, failed -> assertThat(failed.failure()).isEmpty());
  }

  @Test
  void aFinishedRunHasItsResult() {
    folder.put(RunFiles.RUN, MANIFEST);
    folder.put(RunFiles.RESULT, RunResultTest.trained().text());
    folder.put(RunFiles.SUCCESS, "");
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Finished.class,
            run -> assertThat(run.result()).isEqualTo(RunResultTest.trained()));
    folder.put(RunFiles.RESULT, "{}");
    assertThat(RunState.of(folder))
        .isEqualTo(
            new RunState.Unreadable(
                "Cannot read runs/one/result.json: its method is missing; expected a text"));
  }
}
