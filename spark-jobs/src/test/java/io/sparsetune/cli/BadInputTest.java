package io.sparsetune.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What people get wrong, from the command line down: one message, its exit code, nothing lost. */
class BadInputTest {
  private static final String WEIGHTS = "model.safetensors";
  private static final String QUERY = "bert.encoder.layer.0.attention.self.query.weight";
  private static final String SCALE = "bert.embeddings.LayerNorm.weight";
  private static final String SHIFT = "bert.embeddings.LayerNorm.bias";

  @TempDir private static Path folder;
  private static TinyRun tiny;

  @BeforeAll
  static void modelDataAndConfiguration() throws IOException {
    tiny = TinyRun.in(folder);
  }

  /** Makes the bad input and says what leads to it. */
  private interface Preparation {
    List<String> overrides() throws IOException;
  }

  /**
   * @param message a pattern, {@code FOLDER} for the test's folder
   */
  private record Mistake(String name, int code, String message, Preparation preparation) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        new Mistake(
            "a file that is not there",
            3,
            "Cannot read data\\.train: FOLDER/none\\.jsonl does not exist\\..*",
            () -> List.of("data.train=" + folder.resolve("none.jsonl"))),
        new Mistake(
            "an empty file",
            3,
            "Cannot read data\\.train: FOLDER/empty\\.jsonl is empty\\.",
            () -> data("empty.jsonl", List.of())),
        new Mistake(
            "a column under another name",
            3,
            ".*'text'.*txt.*",
            () -> List.of("data.train=" + tiny.rows("other.jsonl", "txt", "label"))),
        new Mistake(
            "a row without text",
            3,
            "Cannot use row 3 of FOLDER/null\\.jsonl: column 'text' has no text \\(null\\)\\. Mend it, or set data\\.on_bad_row: skip\\.",
            () ->
                data(
                    "null.jsonl",
                    List.of(
                        row("\"a b\"", "\"yes\""),
                        row("\"b c\"", "\"no\""),
                        row("null", "\"yes\"")))),
        new Mistake(
            "a label never seen in training",
            3,
            ".*'maybe'.*",
            () ->
                List.of(
                    "data.test="
                        + Files.write(
                            folder.resolve("strange.jsonl"),
                            List.of(row("\"a b\"", "\"maybe\""))))),
        new Mistake(
            "a label that is no number, for regression",
            3,
            "Cannot use row 2 of FOLDER/high\\.jsonl: 'high' in column 'label' is not a finite number, which regression needs\\. Mend it, or set data\\.on_bad_row: skip\\.",
            () ->
                with(
                    data(
                        "high.jsonl",
                        List.of(row("\"a b\"", "\"1.5\""), row("\"b c\"", "\"high\""))),
                    "task.type=regression")),
        new Mistake(
            "a model that is not there",
            3,
            "Cannot read a model from FOLDER/none: there is no such folder",
            () -> List.of("model.path=" + folder.resolve("none"))),
        new Mistake(
            "tensors that do not fit the configuration",
            3,
            "Cannot read FOLDER/misfit/model\\.safetensors: tensor encoder\\.layer\\.0\\.intermediate\\.dense\\.weight has the shape \\[64, 32\\], but the model's configuration asks for \\[128, 32\\]",
            BadInputTest::misfit),
        new Mistake(
            "a truncated checkpoint",
            3,
            "Cannot read FOLDER/truncated/model\\.safetensors: tensor classifier\\.weight lies outside the file: data_offsets \\[\\d+, \\d+] of \\d+ bytes \\(at byte \\d+\\)",
            () -> weights("truncated", file -> Arrays.copyOf(file, file.length - 100))),
        new Mistake(
            "a checkpoint with an oversized header",
            3,
            "Cannot read FOLDER/oversized/model\\.safetensors: its header claims 1099511627776 bytes, more than the 16777216 allowed \\(at byte 0\\)",
            () ->
                weights(
                    "oversized",
                    file -> {
                      ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 1L << 40);
                      return file;
                    })),
        new Mistake(
            "a checkpoint with overlapping tensors",
            3,
            "Cannot read FOLDER/overlapping/model\\.safetensors: tensor bert\\S+ overlaps another \\(at byte \\d+\\)",
            () ->
                header(
                    "overlapping",
                    json ->
                        ((ObjectNode) json.required(SCALE))
                            .set("data_offsets", json.required(SHIFT).required("data_offsets")))),
        new Mistake(
            "a checkpoint of integers",
            3,
            "Cannot read FOLDER/integers/model\\.safetensors: tensor "
                + QUERY
                + " has dtype I32, F32, F16 or BF16 is needed \\(at byte \\d+\\)",
            () ->
                header(
                    "integers", json -> ((ObjectNode) json.required(QUERY)).put("dtype", "I32"))),
        new Mistake(
            "an output folder that cannot be made",
            3,
            "Cannot write into FOLDER/rows\\.jsonl/run: .*",
            () -> List.of("output=" + tiny.rows().resolve("run"))),
        new Mistake(
            "a parameter that is not a number",
            3,
            "Cannot read FOLDER/nan/model\\.safetensors: tensor \\S+ has the value NaN; every parameter has to be finite",
            () ->
                weights(
                    "nan",
                    file -> {
                      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
                      bytes.putFloat(8 + (int) bytes.getLong(0), Float.NaN);
                      return file;
                    })),
        new Mistake(
            "a batch that is no multiple of the micro-batch",
            2,
            "Invalid training\\.batch_size: 9 is not a multiple of training\\.micro_batch_size 4; a micro-batch of 3 would fit",
            () -> List.of("training.batch_size=9")),
        new Mistake(
            "too little memory",
            2,
            "Cannot train with [\\d.]+ MB of memory in this process: about [\\d.]+ MB are needed \\(model .*, activations .*\\)\\. Give it more with spark-submit.s --driver-memory \\d+g .*; or set a smaller training\\.micro_batch_size, training\\.eval_batch_size or data\\.max_seq_length.*\\.",
            () -> List.of("training.batch_size=400000", "training.micro_batch_size=100000")));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeHasOneMessageAndItsExitCode(Mistake mistake) throws IOException {
    Cli failed = tiny.train(mistake.preparation().overrides().toArray(String[]::new));
    assertThat(failed.err().lines())
        .singleElement()
        .asString()
        .matches("Error: " + mistake.message().replace("FOLDER", Pattern.quote(folder.toString())));
    assertThat(failed.code()).isEqualTo(mistake.code());
    assertThat(failed.out()).isEmpty();
    TinyRun.assertNothingLeftButAFailure(tiny.output());
  }

  @Test
  void aWrongConfigurationListsEveryProblem() {
    Path none = folder.resolve("none.yaml");
    Cli missing = Cli.run("train", none.toString());
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err())
        .isEqualTo("Error: Cannot read the configuration %s: no such file%n".formatted(none));
    Cli wrong = tiny.train("training.lr=fast", "method.nam=sam");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err().lines())
        .containsExactly(
            "Error: 2 problems:",
            "  - Unknown key method.nam (--set method.nam=sam). Did you mean 'method.name'?",
            "  - Invalid training.learning_rate: 'fast' (--set training.lr=fast); expected a"
                + " number above 0");
  }

  @Test
  void aLossThatIsNotFiniteEndsTheTraining() {
    Path output = folder.resolve("diverged");
    Cli failed =
        tiny.train(
            "training.learning_rate=1e30",
            "training.max_grad_norm=none",
            "training.optimizer=sgd",
            "training.warmup_steps=0",
            "output=" + output);
    assertThat(failed.err().lines().filter(line -> line.startsWith("Error: ")))
        .singleElement()
        .asString()
        .matches(
            "Error: Training diverged at step 2 of 4 \\(epoch 0\\.20\\): The loss is \\S+: not finite; a lower training\\.learning_rate or more training\\.warmup_ratio may help");
    assertThat(failed.code()).isEqualTo(4);
    assertThat(failed.out()).isEmpty();
    assertThat(output.resolve("_SUCCESS")).doesNotExist();
    assertThat(output.resolve("delta.safetensors")).doesNotExist();
  }

  private static String row(String text, String label) {
    return "{\"text\": %s, \"label\": %s}".formatted(text, label);
  }

  private static List<String> data(String name, List<String> lines) throws IOException {
    return List.of("data.train=" + Files.write(folder.resolve(name), lines));
  }

  private static List<String> with(List<String> overrides, String another) {
    return Stream.concat(overrides.stream(), Stream.of(another)).toList();
  }

  private static List<String> misfit() throws IOException {
    Path model = tiny.model("misfit");
    String config = Files.readString(model.resolve("config.json"));
    assertThat(config).contains("\"intermediate_size\": 64");
    Files.writeString(
        model.resolve("config.json"),
        config.replace("\"intermediate_size\": 64", "\"intermediate_size\": 128"));
    return List.of("model.path=" + model);
  }

  private interface Change {
    byte[] of(byte[] file) throws IOException;
  }

  private static List<String> weights(String name, Change change) throws IOException {
    Path model = tiny.model(name);
    byte[] file = Files.readAllBytes(model.resolve(WEIGHTS));
    Files.write(model.resolve(WEIGHTS), change.of(file));
    return List.of("model.path=" + model);
  }

  /** The checkpoint under another header. */
  private static List<String> header(String name, Consumer<JsonNode> change) throws IOException {
    return weights(
        name,
        file -> {
          int length = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
          JsonNode json = new ObjectMapper().readTree(file, 8, length);
          change.accept(json);
          byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
          return ByteBuffer.allocate(file.length - length + text.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(text.length)
              .put(text)
              .put(file, 8 + length, file.length - 8 - length)
              .array();
        });
  }
}
