package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.TestModels;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code compose} and {@code undo} from the command line down. */
class ComposeTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static TinyRun tiny;
  private static String run;
  private static String other;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.in(folder);
    run = tiny.output().toString();
    other = folder.resolve("other").toString();
    assertThat(tiny.train().code()).isZero();
    assertThat(tiny.train("training.seed=2", "output=" + other).code()).isZero();
  }

  @Test
  void theResultIsARunLikeAnyOther() throws IOException {
    Path out = folder.resolve("composed");
    Cli composed =
        Cli.run("compose", run, other, "--out", out.toString(), "--rule", "ties", "--head", other);
    assertThat(composed.code()).as(composed.err()).isZero();
    assertThat(composed.out())
        .contains(run + " + " + other, "signs differ", out + ": k = ")
        .containsPattern("positions in all; several runs train [\\d,]+, and pull [\\d,]+ apart");
    JsonNode inspected = JSON.readTree(Cli.run("inspect", out.toString(), "--json").out());
    assertThat(inspected.get("method").asText()).isEqualTo("compose");
    JsonNode record = JSON.readTree(out.resolve("run.json").toFile()).get("composed");
    assertThat(record.get("rule").asText()).isEqualTo("ties");
    assertThat(record.get("runs").get(1).get("head").asBoolean()).isTrue();
    JsonNode part = JSON.readTree(Cli.run("inspect", run, "--json").out());
    assertThat(inspected.get("n")).isEqualTo(part.get("n"));
    assertThat(inspected.get("k").asLong()).isLessThanOrEqualTo(record.get("union").asLong());
    JsonNode overlap = JSON.readTree(Cli.run("overlap", run, other, "--json").out());
    assertThat(record.get("shared").asLong()).isEqualTo(overlap.get("all").get("both").asLong());
    Cli evaluated = Cli.run("evaluate", out.toString(), "--data", tiny.rows().toString());
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    assertThat(Cli.run("merge", out.toString(), folder + "/composed-merged").code()).isZero();
    // The order in which runs are given touches no bit.
    Path again = folder.resolve("composed-again");
    assertThat(
            Cli.run(
                    "compose",
                    other,
                    run,
                    "--out",
                    again.toString(),
                    "--rule",
                    "ties",
                    "--head",
                    other)
                .code())
        .isZero();
    assertThat(again.resolve("delta.safetensors"))
        .hasSameBinaryContentAs(out.resolve("delta.safetensors"));
    Cli taken = Cli.run("compose", run, other, "--out", out.toString(), "--head", other);
    assertThat(taken.code()).isEqualTo(2);
    assertThat(taken.err())
        .contains("it holds a finished run; give another output, or --overwrite to replace it");
  }

  @Test
  void whatDoesNotFitTogetherIsRefused() throws IOException {
    refused(
        2,
        "Cannot compose %s and %s without --head: their heads are different, and the result has one of them; say with --head RUN whose"
            .formatted(run, other),
        run,
        other);
    refused(
        2,
        "Invalid --head: 'third' is none of the runs %s, %s".formatted(run, other),
        run,
        other,
        "--head",
        "third");
    refused(2, "Cannot compose one run: give two or more, %s and another".formatted(run), run);
    refused(2, "Invalid --density: 1.5; it is a share in (0, 1]", run, other, "--density", "1.5");
    refused(
        2,
        "Invalid --density: only --rule ties leaves something out; remove it, or add --rule ties",
        run,
        other,
        "--density",
        "0.5");
    Path copy = folder.resolve("copy");
    Files.createDirectories(copy);
    for (String name : new String[] {"run.json", "delta.safetensors", "_SUCCESS"}) {
      Files.copy(Path.of(run, name), copy.resolve(name));
    }
    String id = JSON.readTree(Path.of(run, "run.json").toFile()).get("run_id").asText();
    refused(
        2,
        "Cannot compose %s and %s: they are the same run, %s, and it would count twice; give each run once"
            .formatted(run, copy, id),
        run,
        copy.toString());
    Path model = folder.resolve("random");
    BaseModel base = Golden.base("bert");
    TestModels.random(model, base.encoder(), 5);
    Files.copy(folder.resolve("model/vocab.txt"), model.resolve("vocab.txt"));
    Files.delete(model.resolve("tokenizer.json"));
    String stranger = folder.resolve("stranger").toString();
    Cli trained = tiny.train("model.path=" + model, "training.max_steps=1", "output=" + stranger);
    assertThat(trained.code()).as(trained.err()).isZero();
    refused(
        2,
        "Cannot compose deltas of different bases: %s was trained on the base model %s, %s on %s; compose runs of one base"
            .formatted(run, base.fingerprint(), stranger, BaseModel.open(model).fingerprint()),
        run,
        stranger);
    assertThat(folder.resolve("none")).doesNotExist();
    Cli inside = Cli.run("compose", run, other, "--out", run + "/in", "--head", run);
    assertThat(inside.code()).isEqualTo(2);
    assertThat(inside.err())
        .isEqualTo(
            "Error: Cannot write a run into %s/in: it and %s, which is read, must not lie in each other; give another --out%n"
                .formatted(run, run));
  }

  @Test
  void ofDifferentTasksTheResultDoesOne() throws IOException {
    String marks = folder.resolve("marks").toString();
    Path rows = folder.resolve("marks.jsonl");
    Files.writeString(
        rows, Files.readString(tiny.rows()).replace("\"yes\"", "1").replace("\"no\"", "0"));
    Cli trained =
        tiny.train(
            "task.type=regression",
            "data.train=" + rows,
            "data.test=null",
            "training.max_steps=1",
            "output=" + marks);
    assertThat(trained.code()).as(trained.err()).isZero();
    refused(
        2,
        "Cannot compose %s and %s without --head: their heads are different, and the result has one of them; say with --head RUN whose"
            .formatted(run, marks),
        run,
        marks);
    String out = folder.resolve("two-tasks").toString();
    Cli composed = Cli.run("compose", run, marks, "--out", out, "--head", run);
    assertThat(composed.code()).as(composed.err()).isZero();
    assertThat(composed.err())
        .isEqualTo(
            "Warning: The runs were trained for different tasks (%s for classification with the labels no, yes; %s for regression): the result has the head of %s and does its task alone%n"
                .formatted(run, marks, run));
    Cli evaluated = Cli.run("evaluate", out, "--data", tiny.rows().toString());
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    Cli alike = Cli.run("compose", run, other, "--out", folder + "/one-task", "--head", run);
    assertThat(alike.err()).doesNotContain("Warning");
  }

  /** Bases of another size have another fingerprint, unless somebody has written it. */
  @Test
  void modelsOfAnotherSizeAreRefused() throws IOException {
    EncoderConfig bert = Golden.base("bert").encoder();
    EncoderConfig sizes =
        new EncoderConfig(
            bert.architecture(),
            bert.vocabularySize(),
            bert.hiddenSize(),
            bert.layers(),
            bert.heads(),
            bert.intermediateSize() + 8,
            bert.activation(),
            bert.maxPositions(),
            bert.typeVocabularySize(),
            bert.padTokenId(),
            bert.layerNormEps());
    Path model = folder.resolve("larger");
    TestModels.random(model, sizes, 5);
    Files.copy(folder.resolve("model/vocab.txt"), model.resolve("vocab.txt"));
    Files.delete(model.resolve("tokenizer.json"));
    Path larger = folder.resolve("larger-run");
    Cli trained = tiny.train("model.path=" + model, "training.max_steps=1", "output=" + larger);
    assertThat(trained.code()).as(trained.err()).isZero();
    Cli compared = Cli.run("overlap", run, larger.toString());
    assertThat(compared.code()).isEqualTo(2);
    assertThat(compared.err())
        .isEqualTo(
            "Error: Cannot compare the masks of %s and %s: their models do not have the same tensors; compare runs of one base, or of bases of one size%n"
                .formatted(run, larger));
    Path delta = larger.resolve("delta.safetensors");
    byte[] bytes = Files.readAllBytes(delta);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String forged =
        text.replace(BaseModel.open(model).fingerprint(), Golden.base("bert").fingerprint());
    assertThat(forged).isNotEqualTo(text);
    Files.write(delta, forged.getBytes(StandardCharsets.ISO_8859_1));
    Files.delete(larger.resolve("result.json"));
    refused(
        2,
        "Cannot compose %s and %s: their models do not have the same tensors; compose runs of one base"
            .formatted(run, larger),
        run,
        larger.toString());
  }

  private static void refused(int code, String message, String... arguments) {
    String[] all = new String[arguments.length + 3];
    all[0] = "compose";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    all[arguments.length + 1] = "--out";
    all[arguments.length + 2] = folder + "/none";
    Cli failed = Cli.run(all);
    assertThat(failed.err()).isEqualTo("Error: " + message + System.lineSeparator());
    assertThat(failed.code()).isEqualTo(code);
  }

  @Test
  void undoGivesTheBaseBackBitForBit() {
    String merged = folder.resolve("merged").toString();
    Path back = folder.resolve("back");
    assertThat(Cli.run("merge", run, merged).code()).isZero();
    Cli undone = Cli.run("undo", merged, back.toString());
    assertThat(undone.code()).as(undone.err()).isZero();
    String base = Golden.base("bert").fingerprint();
    assertThat(undone.out()).isEqualTo("%s: the base %s%n".formatted(back, base));
    assertThat(BaseModel.open(back).fingerprint()).isEqualTo(base);
    Cli inside = Cli.run("undo", merged, merged, "--overwrite");
    assertThat(inside.code()).isEqualTo(2);
    assertThat(inside.err())
        .contains("the merged model is " + merged + ", and the two must not lie in each other");
    Cli none = Cli.run("undo", folder + "/model", folder + "/nothing");
    assertThat(none.code()).isEqualTo(3);
    assertThat(none.err())
        .startsWith("Error: Cannot undo %s/model: it has no undo.safetensors".formatted(folder));
  }
}
