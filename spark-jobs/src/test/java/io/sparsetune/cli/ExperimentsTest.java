package io.sparsetune.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.ExitCode;
import io.sparsetune.error.TakenOverException;
import io.sparsetune.experiments.Cell;
import io.sparsetune.experiments.Experiments;
import io.sparsetune.experiments.ExperimentsJob;
import io.sparsetune.experiments.ExperimentsListener;
import io.sparsetune.job.TrainJob;
import io.sparsetune.progress.EvaluationReport;
import io.sparsetune.progress.TrainingListener;
import io.sparsetune.testing.SharedSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small grid on Spark, from the first run to the table. */
class ExperimentsTest {
  @TempDir private Path folder;
  private Path experiments;
  private Path runs;

  @BeforeEach
  void layOut() throws IOException {
    TinyRun tiny = TinyRun.in(folder);
    experiments = Files.createDirectories(folder.resolve("experiments/more"));
    experiments = experiments.getParent();
    runs = folder.resolve("runs");
    write(
        "defaults.yaml",
        Files.readString(tiny.config())
            .replace("method: {name: random, sparsity: 0.1}\n", "")
            .replace(tiny.output().toString(), runs.toString()));
    write(
        "grid.yaml",
        """
        methods:
          random: {method: {name: random}}
          bitfit: {method: {name: bitfit}, training: {learning_rate: 5e-3}}
        sparsities: [.1]
        seeds: [1, 2]
        """);
    write("more/diverges.yaml", "training: {learning_rate: 1e30}\nmethod: {name: full}\n");
  }

  @Test
  void aGridIsTrainedOnceAndOneFailureStopsNothing() throws IOException {
    Cli first = run();
    assertThat(first.code()).as(first.err()).isEqualTo(4);
    assertThat(first.err())
        .contains("[1/5] random-p0.1/seed-1", "[5/5] more/diverges")
        .contains("Failed: more/diverges: Training diverged by step ");
    assertThat(first.out())
        .contains("4 of 5 cells are finished", "| random | 0.1 | 2 |", "| bitfit | — | 2 |")
        .contains("- `more/diverges`: failed: Training diverged by step ");
    for (String run :
        List.of("random-p0.1/seed-1", "random-p0.1/seed-2", "bitfit/seed-1", "bitfit/seed-2")) {
      assertThat(runs.resolve(run).resolve("_SUCCESS")).exists();
    }
    assertThat(runs.resolve("more/diverges/_SUCCESS")).doesNotExist();
    Path finished = runs.resolve("bitfit/seed-2/_SUCCESS");
    FileTime trained = Files.getLastModifiedTime(finished);
    String table = Files.readString(runs.resolve("results.csv"));
    assertThat(table.lines()).hasSize(3);
    assertThat(table).contains("\n,random,0.1,2,2,", "\n,bitfit,,2,2,");
    assertThat(Files.readString(runs.resolve("cells.csv")).lines()).hasSize(6);

    Cli second = run();
    assertThat(second.code()).isEqualTo(4);
    assertThat(second.err()).contains("[1/1] more/diverges").doesNotContain("seed-");
    assertThat(Files.getLastModifiedTime(finished)).isEqualTo(trained);
    assertThat(Files.readString(runs.resolve("results.csv"))).isEqualTo(table);

    write("more/diverges.yaml", "method: {name: bitfit}\ntraining: {max_steps: 1}\n");
    Cli mended = run();
    assertThat(mended.code()).as(mended.err()).isZero();
    assertThat(mended.out()).contains("5 of 5 cells are finished").doesNotContain("Not in the");
  }

  @Test
  void aFileOfSomebodysThatIsCalledAsATableIsNotWrittenOver() throws IOException {
    Path notes = Files.createDirectories(runs).resolve("results.md");
    Files.writeString(notes, "my own notes\n");
    Cli failed = run();
    assertThat(failed.err())
        .isEqualTo(
            "Error: Cannot write results.md into %s: a file of that name is there that is no table of experiments; move it away, or give another output%n"
                .formatted(runs));
    assertThat(failed.code()).isEqualTo(2);
    assertThat(notes).hasContent("my own notes");
    assertThat(run("--dry-run").code()).isEqualTo(2);
    assertThat(runs.resolve("cells.csv")).doesNotExist();
  }

  @Test
  void aFinishedRunOfAnotherConfigurationIsNotReplacedUnasked() throws IOException {
    assertThat(run("--only", "bit*1").code()).isZero();
    String before = Files.readString(runs.resolve("bitfit/seed-1/run.json"));
    write(
        "grid.yaml",
        """
        methods:
          bitfit: {method: {name: bitfit}, training: {learning_rate: 6e-3}}
        seeds: [1]
        """);
    Cli other = run("--only", "bitfit/*");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.out())
        .contains(
            "- `bitfit/seed-1`: its folder has a finished run of another configuration"
                + " (training.learning_rate 0.005, not 0.006); --overwrite trains it again");
    assertThat(Files.readString(runs.resolve("bitfit/seed-1/run.json"))).isEqualTo(before);
    Cli dry = run("--only", "bitfit/*", "--dry-run", "--overwrite");
    assertThat(dry.code()).isZero();
    assertThat(dry.out().lines())
        .containsExactly("train     bitfit/seed-1", "—         more/diverges", "1 of 2 to train");
    assertThat(Files.readString(runs.resolve("bitfit/seed-1/run.json"))).isEqualTo(before);
    Cli replaced = run("--only", "bitfit/*", "--overwrite");
    assertThat(replaced.code()).as(replaced.err()).isZero();
    assertThat(Files.readString(runs.resolve("bitfit/seed-1/run.json"))).contains("0.006");
  }

  @Test
  void aFinishedRunIsNotTheCellsWhereWhatItReadHasChanged() throws IOException {
    Path mask = folder.resolve("mask");
    Cli other = Cli.run("train", folder.resolve("run.yaml").toString(), "--set", "output=" + mask);
    assertThat(other.code()).as(other.err()).isZero();
    Path test = Files.copy(folder.resolve("rows.jsonl"), folder.resolve("test.jsonl"));
    write("grid.yaml", "methods: {given: {method: {name: file, path: '%s'}}}".formatted(mask));
    write("more/diverges.yaml", "method: {name: bitfit}\ntraining: {seed: 2}\n");
    String testSet = "data.test=" + test;
    assertThat(run("--set", testSet).code()).isZero();
    String[] dry = {"--dry-run", "--set", testSet};
    assertThat(run(dry).out().lines())
        .containsExactly("finished  given", "finished  more/diverges", "0 of 2 to train");

    Path rows = folder.resolve("rows.jsonl");
    Path weights = folder.resolve("model/model.safetensors");
    for (Path file : List.of(rows, test, weights)) {
      byte[] before = Files.readAllBytes(file);
      byte[] after = before.clone();
      // A letter of the first text, or the last byte of a weight.
      int at =
          file.equals(weights) ? after.length / 2 | 3 : new String(before, US_ASCII).indexOf("a b");
      after[at] ^= 2;
      Files.write(file, after);
      Cli changed = run(dry);
      assertThat(changed.out()).as("%s %s", file, changed.err()).endsWith("0 of 2 to train\n");
      String what =
          file.equals(weights)
              ? "the weights of model.path"
              : file.equals(test)
                  ? "the rows of data.test"
                  : "the rows of data.train or data.validation";
      assertThat(changed.out())
          .contains(
              "other     given: its folder has a finished run, but what it read has changed (%s)%n"
                  .formatted(what),
              "other     more/diverges: ");
      assertThat(changed.code()).isEqualTo(1);
      Files.write(file, before);
    }
    Files.delete(test);
    Cli gone = run(dry);
    assertThat(gone.out()).contains("finished  given", "finished  more/diverges");
    assertThat(gone.err())
        .contains(
            "Taken as finished, though what they read cannot be compared: given, more/diverges"
                + " (Cannot");
    Files.copy(rows, test);

    Cli.run(
        "train",
        folder.resolve("run.yaml").toString(),
        "--overwrite",
        "--set",
        "output=" + mask,
        "--set",
        "training.seed=3");
    Files.writeString(rows, Files.readString(rows).replaceFirst("a b", "b b"));
    Cli both = run("--set", testSet);
    assertThat(both.code()).isEqualTo(1);
    assertThat(both.out())
        .contains(
            "- `given`: its folder has a finished run, but what it read has changed"
                + " (the rows of data.train or data.validation, what method.path names);"
                + " --overwrite trains it again",
            "- `more/diverges`: its folder has a finished run, but what it read has changed"
                + " (the rows of data.train or data.validation); --overwrite trains it again");
    Cli replaced = run("--set", testSet, "--overwrite");
    assertThat(replaced.code()).as(replaced.err()).isZero();
    assertThat(run(dry).out()).endsWith("\n0 of 2 to train\n").doesNotContain("other");
  }

  @Test
  void experimentsThatAnotherCommandTrainsTooEnd() throws IOException {
    ExperimentsJob job = new ExperimentsJob(SharedSession.get());
    Experiments all = Experiments.read(experiments.toString(), List.of(), new Configuration());
    Path record = runs.resolve("random-p0.1/seed-1/run.json");
    List<String> heard = new ArrayList<>();
    ExperimentsListener listener =
        new ExperimentsListener() {
          @Override
          public void notCompared(String cells, String why) {
            heard.add("not compared: " + cells);
          }

          @Override
          public void checked(Cell cell, TrainJob.Check check) {}

          @Override
          public TrainingListener begins(Cell cell, int number, int of) {
            heard.add("begins: " + cell.name());
            return new TrainingListener() {
              @Override
              public void evaluated(EvaluationReport report) {
                try {
                  Files.writeString(record, "{\"run_id\": \"another's\"}");
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }
            };
          }

          @Override
          public void finished(Cell cell, TrainJob.Result result) {
            heard.add("finished: " + cell.name());
          }

          @Override
          public void failed(Cell cell, String why) {
            heard.add("failed: " + cell.name());
          }

          @Override
          public ExitCode code(RuntimeException failure) {
            return ExitCode.FAULT;
          }

          @Override
          public String describe(RuntimeException failure) {
            return failure.getMessage();
          }

          @Override
          public boolean stopping() {
            return false;
          }
        };
    assertThatThrownBy(() -> job.run(new ExperimentsJob.Request(all, all.cells(), false), listener))
        .isInstanceOf(TakenOverException.class);
    assertThat(heard).containsExactly("begins: random-p0.1/seed-1");
    assertThat(record).hasContent("{\"run_id\": \"another's\"}");
    assertThat(record.resolveSibling("result.json")).doesNotExist();
  }

  @Test
  void whatCannotBeTrainedIsFoundBeforeAnythingIs() throws IOException {
    write("more/column.yaml", "task: {text: sentence}\n");
    write("more/long.yaml", "data: {max_seq_length: 100000}\n");
    Files.createDirectories(runs.resolve("random-p0.1/seed-2"));
    Files.writeString(runs.resolve("random-p0.1/seed-2/notes.txt"), "mine");
    Cli failed = run();
    assertThat(failed.code()).isEqualTo(2);
    assertThat(failed.err())
        .contains("Error: 3 problems:")
        .contains("Cannot find column 'sentence' (task.text)", "[more/column]")
        .contains("Invalid data.max_seq_length: 100000", "[more/long]")
        .contains(
            "Cannot write a run into %s/random-p0.1/seed-2: the folder holds something that is not a run; empty it, or give another output [random-p0.1/seed-2]"
                .formatted(runs));
    assertThat(runs.resolve("random-p0.1/seed-1")).doesNotExist();
    assertThat(runs.resolve("results.md")).doesNotExist();
  }

  @Test
  void dataThatCannotBeReadAreNoMistakeInAConfiguration() throws IOException {
    write("more/absent.yaml", "data: {train: absent.jsonl}\n");
    write("more/neither.yaml", "data: {train: neither.jsonl}\n");
    Cli failed = run("--only", "more/*t*");
    assertThat(failed.code()).as(failed.err()).isEqualTo(3);
    assertThat(failed.err())
        .contains("Error: 2 problems:\n  - ", "absent.jsonl", "[more/absent]")
        .contains("\n  - ", "neither.jsonl", "[more/neither]");
    assertThat(runs.resolve("results.md")).doesNotExist();
  }

  private Cli run(String... more) {
    String[] arguments = new String[more.length + 2];
    arguments[0] = "experiments";
    arguments[1] = experiments.toString();
    System.arraycopy(more, 0, arguments, 2, more.length);
    return Cli.run(arguments);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(experiments.resolve(name), text);
  }
}
