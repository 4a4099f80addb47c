package io.sparsetune.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.ExitCode;
import io.sparsetune.files.RunFiles;
import io.sparsetune.testing.MemoryFolder;
import java.util.List;
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
    RunFailure own = diverged("0123456789abcdef".repeat(4));
    folder.put(RunFiles.FAILURE, own.text());
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Failed.class, failed -> assertThat(failed.failure()).contains(own));
    folder.put(RunFiles.FAILURE, diverged("f".repeat(64)).text());
    assertThat(RunState.of(folder))
        .isInstanceOfSatisfying(
            RunState.Failed.class, failed -> assertThat(failed.failure()).isEmpty());
  }

  private static RunFailure diverged(String runId) {
    return RunFailure.now(Optional.of(runId), ExitCode.DIVERGED, "Training diverged");
  }

  @Test
  void aRunWhoseCommandFailedOtherwiseGoesOn() {
    folder.put(RunFiles.RUN, MANIFEST);
    for (ExitCode code : List.of(ExitCode.FAULT, ExitCode.DATA, ExitCode.UNAVAILABLE)) {
      Optional<String> runId = Optional.of("0123456789abcdef".repeat(4));
      folder.put(RunFiles.FAILURE, RunFailure.now(runId, code, "lost").text());
      assertThat(RunState.of(folder))
          .isInstanceOfSatisfying(
              RunState.Unfinished.class, run -> assertThat(run.manifest()).isPresent());
    }
  }

  @Test
  void aFailureBeforeARunBeganLeavesTheFolderFree() {
    RunFailure failure = RunFailure.now(Optional.empty(), ExitCode.DATA, "no such file");
    folder.put(RunFiles.FAILURE, failure.text());
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Free());
    folder.put("notes.txt", "");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
    folder.remove("notes.txt");
    folder.put(RunFiles.FAILURE, "somebody's own");
    assertThat(RunState.of(folder)).isEqualTo(new RunState.Foreign());
  }

  @Test
  void aFailureIsReadAsItWasWrittenAndThatOfAnOlderVersionDiverged() {
    RunFailure failure = RunFailure.now(Optional.of("a"), ExitCode.UNAVAILABLE, "lost");
    folder.put(RunFiles.FAILURE, failure.text());
    assertThat(RunFailure.read(folder.file(RunFiles.FAILURE))).isEqualTo(failure);
    assertThat(failure.text()).contains("\"exit_code\"").contains("5");
    folder.put(RunFiles.FAILURE, "{\"format_version\": 1, \"run_id\": \"a\", \"message\": \"m\"}");
    assertThat(RunFailure.read(folder.file(RunFiles.FAILURE)).endsTheRun()).isTrue();
    folder.put(RunFiles.FAILURE, "{\"exit_code\": 99, \"message\": \"m\"}");
    assertThatThrownBy(() -> RunFailure.read(folder.file(RunFiles.FAILURE)))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("its exit_code is 99; expected the exit code of a failure");
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
