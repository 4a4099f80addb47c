package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.pretrained.BaseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code export} from the command line down; what the files hold is tested in core. */
class ExportTest {
  @TempDir private static Path folder;
  private static String run;
  private static String linear;

  @BeforeAll
  static void train() throws IOException {
    TinyRun tiny = TinyRun.in(folder);
    run = tiny.output().toString();
    linear = folder.resolve("linear").toString();
    assertThat(tiny.train("training.max_steps=1").code()).isZero();
    Cli trained = tiny.train("training.max_steps=1", "method.tensors=linear", "output=" + linear);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  @Test
  void huggingFaceIsWhatMergeWrites() throws IOException {
    Path merged = folder.resolve("merged");
    Path exported = folder.resolve("exported");
    assertThat(Cli.run("merge", run, merged.toString()).code()).isZero();
    Cli export = Cli.run("export", run, exported.toString(), "--format", "huggingface");
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(export.out())
        .startsWith(exported + ": ")
        .contains(" trained parameters for huggingface");
    for (String name : names(merged)) {
      assertThat(exported.resolve(name)).hasSameBinaryContentAs(merged.resolve(name));
    }
  }

  @Test
  void peftHoldsAMaskOverLinearWeights() throws IOException {
    Path out = folder.resolve("peft");
    Cli export = Cli.run("export", linear, out.toString(), "--format", "peft");
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(names(out))
        .containsExactly("adapter_config.json", "adapter_model.safetensors", "sparsetune.json");
    ObjectMapper json = new ObjectMapper();
    JsonNode config = json.readTree(out.resolve("adapter_config.json").toFile());
    assertThat(config.get("base_model_name_or_path").asText())
        .isEqualTo(folder.resolve("model").toString());
    assertThat(config.get("sparsity").asDouble()).isEqualTo(0.9);
    assertThat(json.readTree(out.resolve("sparsetune.json").toFile()).get("labels"))
        .map(JsonNode::asText)
        .isEqualTo(List.of("no", "yes"));
  }

  @Test
  void whatPeftCannotHoldIsRefusedBeforeAnythingIsWritten() {
    Path out = folder.resolve("refused");
    Cli export = Cli.run("export", run, out.toString(), "--format", "peft");
    assertThat(export.code()).isEqualTo(2);
    assertThat(export.err())
        .startsWith("Error: Cannot export to PEFT: the mask holds encoder.layer.0.")
        .contains("train with method.tensors: linear, or export with --format huggingface");
    assertThat(out).doesNotExist();
  }

  @Test
  void sparseDifferencesAreOneFile() throws IOException {
    Path out = folder.resolve("lt-sft");
    Cli export = Cli.run("export", run, out.toString(), "--format", "lt-sft");
    assertThat(export.code()).as(export.err()).isZero();
    assertThat(names(out)).containsExactly("pytorch_diff.bin", "sparsetune.json");
  }

  @Test
  void anUnknownFormatIsRefusedWithTheNearest() {
    Cli export = Cli.run("export", run, folder + "/none", "--format", "hugging-face");
    assertThat(export.code()).isEqualTo(2);
    assertThat(export.err())
        .isEqualTo(
            "Error: Invalid --format: 'hugging-face' is not one of huggingface, peft, lt-sft. Did you mean 'huggingface'?%n"
                .formatted());
  }

  @Test
  void oneFormatTakesTheWholePlaceOfAnother() throws IOException {
    Path out = folder.resolve("replaced");
    assertThat(Cli.run("export", linear, out.toString(), "--format", "huggingface").code())
        .isZero();
    Cli again = Cli.run("export", linear, out.toString(), "--format", "peft");
    assertThat(again.code()).isEqualTo(2);
    assertThat(again.err())
        .isEqualTo(
            "Error: Cannot write into %s: it is there already; give another folder, or --overwrite to replace it%n"
                .formatted(out));
    assertThat(BaseModel.open(out)).isNotNull();
    assertThat(Cli.run("export", linear, out.toString(), "--format", "peft", "--overwrite").code())
        .isZero();
    // An adapter beside merged weights would be taken for one that has yet to be applied to them.
    assertThat(names(out))
        .containsExactly("adapter_config.json", "adapter_model.safetensors", "sparsetune.json");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
