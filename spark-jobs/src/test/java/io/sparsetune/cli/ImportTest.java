package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.files.ByteSource;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PEFT's adapters as runs, and runs of LoRA as PEFT's adapters, from the command line down. */
class ImportTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;
  private static TinyRun tiny;
  private static String base;
  private static String lora;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.in(folder);
    base = folder.resolve("model").toString();
    lora = folder.resolve("lora").toString();
    Cli trained =
        tiny.train("method.name=lora", "method.sparsity=null", "method.rank=3", "output=" + lora);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  @Test
  void anAdapterOfPeftIsARunLikeAnyOther() throws IOException {
    Path run = folder.resolve("imported");
    int outputs = Golden.base("bert").config().labels().size();
    Path rows = folder.resolve("imported.jsonl");
    List<String> labels = Golden.base("bert").config().labels();
    Files.writeString(
        rows, "{\"sentence\": \"a b c\", \"label\": \"%s\"}%n".formatted(labels.get(0)));
    Cli imported =
        Cli.run(
            "import",
            Golden.folder("bert/lora/trained").toString(),
            "--base",
            base,
            "--out",
            run.toString(),
            "--set",
            "task.text=sentence",
            "--set",
            "data.max_seq_length=12");
    assertThat(imported.code()).as(imported.err()).isZero();
    assertThat(imported.out())
        .startsWith(run + ": ")
        .contains(" parameters of LoRA, ", "labels [" + String.join(", ", labels) + "]");
    SparseDelta delta = delta(run);
    assertThat(delta.info().spec().outputs()).isEqualTo(outputs);
    JsonNode record = JSON.readTree(run.resolve("run.json").toFile());
    assertThat(record.path("imported").path("format").asText()).isEqualTo("peft");
    Cli evaluated = Cli.run("evaluate", run.toString(), "--data", rows.toString());
    assertThat(evaluated.code()).as(evaluated.err()).isZero();
    Cli predicted =
        Cli.run(
            "predict", run.toString(), "--data", rows.toString(), "--out", folder + "/predicted");
    assertThat(predicted.code()).as(predicted.err()).isZero();
    Cli inspected = Cli.run("inspect", run.toString(), "--json");
    assertThat(JSON.readTree(inspected.out()).path("method").asText()).isEqualTo("lora");
    Path merged = folder.resolve("imported-merged");
    assertThat(Cli.run("merge", run.toString(), merged.toString()).code()).isZero();
    Path undone = folder.resolve("imported-undone");
    Cli undo = Cli.run("undo", merged.toString(), undone.toString());
    assertThat(undo.code()).as(undo.err()).isZero();
    assertThat(BaseModel.open(undone).fingerprint())
        .isEqualTo(BaseModel.open(Path.of(base)).fingerprint());
  }

  @Test
  void aRunOfLoraGoesToPeftAndComesBackTheSame() throws IOException {
    Path adapter = folder.resolve("adapter");
    Cli exported = Cli.run("export", lora, adapter.toString(), "--format", "peft");
    assertThat(exported.code()).as(exported.err()).isZero();
    assertThat(JSON.readTree(adapter.resolve("adapter_config.json").toFile()).path("r").asInt())
        .isEqualTo(3);
    Path back = folder.resolve("back");
    Cli imported = Cli.run("import", adapter.toString(), "--base", base, "--out", back.toString());
    assertThat(imported.code()).as(imported.err()).isZero();
    SparseDelta was = delta(Path.of(lora));
    SparseDelta is = delta(back);
    assertThat(is.trained()).isEqualTo(was.trained());
    assertThat(is.values()).isEqualTo(was.values());
    assertThat(is.info().labels()).isEqualTo(was.info().labels());
    assertThat(is.info().k()).isEqualTo(was.info().k());
    assertThat(is.info().n()).isEqualTo(was.info().n());
    // Shorter than the default, since the base has no more positions.
    int most = BaseModel.open(Path.of(base)).encoder().maxTokens();
    JsonNode data = JSON.readTree(back.resolve("run.json").toFile()).path("config").path("data");
    assertThat(data.path("max_seq_length").asInt()).isEqualTo(most);
    assertThat(Cli.run("inspect", back.toString()).code()).isZero();
    Cli long128 =
        Cli.run(
            "import",
            adapter.toString(),
            "--base",
            base,
            "--out",
            back + "-128",
            "--set",
            "data.max_seq_length=128");
    assertThat(long128.code()).isEqualTo(2);
    assertThat(long128.err())
        .contains("Invalid data.max_seq_length: 128, but the base has positions for " + most);
    Cli again = Cli.run("import", adapter.toString(), "--base", base, "--out", back.toString());
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err())
        .contains("it holds a finished run; give another output, or --overwrite to replace it");
  }

  @Test
  void labelsAreThoseThatAreGiven() throws IOException {
    Path adapter = folder.resolve("unnamed");
    assertThat(Cli.run("export", lora, adapter.toString(), "--format", "peft").code()).isZero();
    Files.delete(adapter.resolve("sparsetune.json"));
    String out = folder.resolve("named").toString();
    refused(
        2,
        "Cannot name the adapter's 2 outputs: PEFT saves no labels, and the base's config.json has"
            + " 3; give them with --labels, in the order in which it was trained",
        "import",
        adapter.toString(),
        "--base",
        base,
        "--out",
        out);
    refused(
        2,
        "Invalid --labels: there are 3 (a, b, c), but the adapter has 2 outputs",
        "import",
        adapter.toString(),
        "--base",
        base,
        "--out",
        out,
        "--labels",
        "a,b,c");
    Cli imported =
        Cli.run(
            "import", adapter.toString(), "--base", base, "--out", out, "--labels", "it's,no: not");
    assertThat(imported.code()).as(imported.err()).isZero();
    assertThat(delta(Path.of(out)).info().labels()).containsExactly("it's", "no: not");
  }

  @Test
  void whatAnExportSaysOfItselfHasToFit() throws IOException {
    Path adapter = folder.resolve("provenance");
    assertThat(Cli.run("export", lora, adapter.toString(), "--format", "peft").code()).isZero();
    Path file = adapter.resolve("sparsetune.json");
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    String own = json.path("base_sha256").asText();
    String[] command = {
      "import", adapter.toString(), "--base", base, "--out", folder.resolve("foreign").toString()
    };
    String remedy = "; give them with --labels, in the order in which it was trained";
    json.putArray("labels").add("a").add("a");
    Files.writeString(file, json.toString());
    refused(
        2,
        "Cannot name the adapter's outputs by the adapter's sparsetune.json: it has the label 'a'"
            + " twice"
            + remedy,
        command);
    json.putArray("labels").add("a").add("");
    Files.writeString(file, json.toString());
    refused(
        2,
        "Cannot name the adapter's outputs by the adapter's sparsetune.json: it has an empty label"
            + remedy,
        command);
    json.putArray("labels").add("a").add("b").add("c").add("d");
    Files.writeString(file, json.toString());
    refused(
        2,
        "Cannot name the adapter's 2 outputs: PEFT saves no labels, its sparsetune.json has 4, and"
            + " the base's config.json has 3"
            + remedy,
        command);
    json.putArray("labels").add("a").add("b");
    Files.writeString(file, json.put("base_sha256", "0".repeat(64)).toString());
    refused(
        3,
        "Cannot import %s: its sparsetune.json says that it is for the base %s, and the one in %s is %s; give its own as --base"
            .formatted(adapter, "0".repeat(64), base, own),
        command);
  }

  @Test
  void whatDoesNotFitIsRefusedBeforeAnythingIsWritten() throws IOException {
    String adapter = Golden.folder("bert/lora/trained").toString();
    String out = folder.resolve("none").toString();
    refused(
        2,
        "Invalid task.type: the adapter has %d outputs, which is a classification (or spans)"
            .formatted(Golden.base("bert").config().labels().size()),
        "import",
        adapter,
        "--base",
        base,
        "--out",
        out,
        "--set",
        "task.type=regression");
    refused(
        2,
        "Cannot set method, model or output of an imported run: the adapter, --base and --out say"
            + " what they are",
        "import",
        adapter,
        "--base",
        base,
        "--out",
        out,
        "--set",
        "method.rank=2");
    refused(
        2,
        "Cannot write a run into %1$s/run: it and %1$s, which is read, must not lie in each other; give another --out"
            .formatted(base),
        "import",
        adapter,
        "--base",
        base,
        "--out",
        base + "/run");
    refused(
        3,
        "Cannot read an adapter from %s: it has no adapter_config.json".formatted(base),
        "import",
        base,
        "--base",
        base,
        "--out",
        out);
    assertThat(Path.of(out)).doesNotExist();
  }

  @Test
  void whatTheOtherFormatsAndCompositionHaveNoPlaceForIsRefused() throws IOException {
    refused(
        2,
        "Cannot export to composable-sft: its differences are of the base's own tensors, and method"
            + " lora trains factors beside them; export with --format peft or huggingface",
        "export",
        lora,
        folder + "/none",
        "--format",
        "lt-sft");
    String adapters = folder.resolve("adapters").toString();
    Cli trained =
        tiny.train(
            "method.name=adapter",
            "method.sparsity=null",
            "method.size=3",
            "training.max_steps=1",
            "output=" + adapters);
    assertThat(trained.code()).as(trained.err()).isZero();
    for (String[] format : new String[][] {{"peft", "PEFT"}, {"lt-sft", "composable-sft"}}) {
      refused(
          2,
          "Cannot export a model with adapters: %s has no such thing; evaluate and predict use the run as it is, and method.name: lora trains what can be exported"
              .formatted(format[1]),
          "export",
          adapters,
          folder + "/none",
          "--format",
          format[0]);
    }
    refused(
        2,
        "Cannot merge a model with adapters: their activation lies between two products, so no"
            + " weight of the base can hold them; evaluate and predict use the run as it is, and"
            + " method.name: lora trains what can be merged",
        "export",
        adapters,
        folder + "/none",
        "--format",
        "huggingface");
    refused(
        2,
        "Cannot compose %s: method lora trains tensors beside the base's, and the sum of two such runs' factors is not the sum of what they do; compose runs of masks over the base"
            .formatted(lora),
        "compose",
        lora,
        lora,
        "--out",
        folder + "/none");
    assertThat(folder.resolve("none")).doesNotExist();
  }

  private static void refused(int code, String message, String... arguments) {
    Cli command = Cli.run(arguments);
    assertThat(command.err()).isEqualTo("Error: " + message + System.lineSeparator());
    assertThat(command.code()).isEqualTo(code);
  }

  private static SparseDelta delta(Path run) {
    return DeltaFile.read(ByteSource.local(run.resolve("delta.safetensors")));
  }
}
