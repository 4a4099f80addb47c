package io.sparsetune.method.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigWriter;
import io.sparsetune.delta.DeltaFile;
import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.mask.Mask;
import io.sparsetune.mask.ScoreSource;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.method.MethodConfigs;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.GoldenTensors;
import io.sparsetune.testing.MemoryFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code method: {name: file}}: what is read, and what is refused before anything is trained. */
class FileMaskTest {
  private static final BaseModel BASE = Golden.base("bert");
  private static final ParameterLayout LAYOUT = Golden.spec(BASE).layout();
  private static final String QUERY = "encoder.layer.0.attention.self.query.weight";

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void aGoldenMaskIsReadAsItIs(String name) {
    ParameterLayout layout = Golden.spec(Golden.base(name)).layout();
    ByteSource file = ByteSource.local(Golden.folder(name).resolve("mask-sam.safetensors"));
    Mask mask = mask(layout, file, "path=mask.safetensors");
    GoldenTensors golden = GoldenTensors.read(name + "/mask-sam.safetensors");
    for (int t = 0; t < layout.tensorCount(); t++) {
      String stored = name + "." + layout.tensor(t).name();
      float[] expected = golden.has(stored) ? golden.floats(stored) : new float[0];
      assertThat(mask.count(t)).as(stored).isEqualTo(expected.length);
      for (int i = 0; i < expected.length && !mask.isWhole(t); i++) {
        assertThat(mask.positions(t)[i]).isEqualTo((int) expected[i]);
      }
    }
  }

  @Test
  void aRunWhoseDeltaHasChangedIsRefused() throws IOException {
    MemoryFolder run = run(BASE).put("result.json", "{\"delta_sha256\": \"00\"}");
    assertThatThrownBy(() -> opened(run, "path=run"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read run/delta.safetensors: it is not what the training wrote: its SHA-256 is"
                + " not the one in result.json");
  }

  @Test
  void aRunOfAModelOfAnotherSizeIsRefused() throws IOException {
    EncoderConfig own = Golden.spec(BASE).encoder();
    EncoderConfig narrow =
        new EncoderConfig(
            own.architecture(),
            own.vocabularySize(),
            own.hiddenSize(),
            own.layers(),
            own.heads(),
            own.intermediateSize() / 2,
            own.activation(),
            own.maxPositions(),
            own.typeVocabularySize(),
            own.padTokenId(),
            own.layerNormEps());
    ParameterLayout other =
        new ModelSpec(narrow, Pooling.MEAN, 1, Loss.CROSS_ENTROPY, Dropout.NONE).layout();
    MethodConfig config = opened(run(BASE), "path=run", "include=[embeddings]");
    assertThatThrownBy(
            () -> config.method().mask(new MaskProblem(other, config, 1), ScoreSource.none()))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot use run/delta.safetensors as a mask: it is of a model whose ")
        .hasMessageEndingWith("; use a run of a model of one size");
  }

  private static MemoryFolder run(BaseModel base) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DeltaFile.write(Deltas.random(base, Golden.spec(base), 3), bytes);
    return new MemoryFolder("run")
        .put("delta.safetensors", bytes.toByteArray())
        .put("_SUCCESS", "");
  }

  @Test
  void theMaskOfARunIsTakenWithoutItsHead() throws IOException {
    SparseDelta delta = Deltas.random(BASE, Golden.spec(BASE), 3);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DeltaFile.write(delta, bytes);
    MemoryFolder run = new MemoryFolder("run").put("delta.safetensors", bytes.toByteArray());
    String[] settings = {"path=run", "include=[embeddings]"};
    assertThatThrownBy(() -> opened(run, settings))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot use the run run as a mask: it did not finish (_SUCCESS is missing)");
    run.put("_SUCCESS", "");
    Mask mask = mask(LAYOUT, opened(run, settings));
    for (int t = 0; t < LAYOUT.tensorCount(); t++) {
      boolean head = LAYOUT.tensor(t).part() == Part.HEAD;
      assertThat(mask.count(t)).isEqualTo(head ? 0 : delta.trained().count(t));
      if (!head) {
        assertThat(mask.positions(t)).isEqualTo(delta.trained().positions(t));
      }
    }
  }

  @Test
  void theHeadOfARunIsTakenWhereItIsInTheBudget() throws IOException {
    SparseDelta delta = Deltas.random(BASE, Golden.spec(BASE), 3);
    String[] settings = {"path=run", "include=[embeddings]", "head_in_budget=true"};
    assertThat(mask(LAYOUT, opened(run(BASE), settings))).isEqualTo(delta.trained());
  }

  @Test
  void asManyPositionsAsATensorHasAreTheWholeTensor() {
    int bias = LAYOUT.indexOf("encoder.layer.0.output.dense.bias");
    int[] all = IntStream.range(0, LAYOUT.tensor(bias).size()).toArray();
    Mask mask = mask(LAYOUT, file("encoder.layer.0.output.dense.bias", all), "path=m.safetensors");
    assertThat(mask.isWhole(bias)).isTrue();
  }

  @Test
  void aTensorUnderTwoNamesIsRefused() {
    refused(
        file(
            writer ->
                writer
                    .ints(QUERY, List.of(1), new int[] {1})
                    .ints("bert." + QUERY, List.of(1), new int[] {2})),
        CorruptFileException.class,
        "Cannot read mask.safetensors: it has positions for " + QUERY + " under two names");
  }

  @Test
  void filesOfAnotherLayoutAreRefused() {
    refused(
        file("encoder.layer.0.attention.self.qery.weight", 1),
        CorruptFileException.class,
        "Cannot read mask.safetensors: it has positions for"
            + " encoder.layer.0.attention.self.qery.weight, which the model has not. Did you mean '"
            + QUERY
            + "'?");
    int size = LAYOUT.tensor(LAYOUT.indexOf(QUERY)).size();
    String range = ", but positions of its %,d elements are 0 to %d".formatted(size, size - 1);
    refused(
        file(QUERY, 1, size),
        CorruptFileException.class,
        "Cannot read mask.safetensors: tensor " + QUERY + " has the position " + size + range);
    refused(
        file(QUERY, -1, 5),
        CorruptFileException.class,
        "Cannot read mask.safetensors: tensor " + QUERY + " has the position -1" + range);
    refused(
        file(QUERY, 3, 7, 5),
        CorruptFileException.class,
        "Cannot read mask.safetensors: tensor "
            + QUERY
            + " has the position 5 after 7 (element 2): sort them");
    refused(
        file(QUERY, 3, 7, 7),
        CorruptFileException.class,
        "Cannot read mask.safetensors: tensor " + QUERY + " has the position 7 twice (element 2)");
    refused(
        file(writer -> writer.ints(QUERY, List.of(2, 1), new int[] {1, 2})),
        CorruptFileException.class,
        "Cannot read mask.safetensors: tensor "
            + QUERY
            + " has the shape [2, 1]; a mask's positions are a list");
    assertThatThrownBy(
            () ->
                mask(
                    LAYOUT,
                    file(writer -> writer.floats(QUERY, List.of(1), new float[] {1})),
                    "path=m.safetensors"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("has dtype F32, I32 or I64 is needed");
    refused(
        file(QUERY),
        DataException.class,
        "Cannot use mask.safetensors as a mask: it has no positions, so that nothing but the head"
            + " would be trained");
  }

  @Test
  void tensorsThatTheConfigurationLeavesOutAreRefused() {
    String all =
        "Cannot use mask.safetensors as a mask: it has positions for %s, which is not among the"
            + " tensors of the mask's range; %s";
    refused(
        file("bert.embeddings.word_embeddings.weight", 4),
        DataException.class,
        all.formatted("embeddings.word_embeddings.weight", "add embeddings to method.include"));
    refused(
        file("classifier.weight", 4),
        DataException.class,
        all.formatted(
            "classifier.weight",
            "set method.head_in_budget: true, or take the head out: it is trained whole"));
    assertThatThrownBy(() -> mask(LAYOUT, file(QUERY, 4), "path=m.safetensors", "exclude=[query]"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            all, QUERY, "set method.include, method.exclude and method.tensors so that it is in");
    assertThat(
            mask(LAYOUT, file("classifier.weight", 4), "path=m.safetensors", "head_in_budget=true")
                .size())
        .isEqualTo(1);
  }

  @Test
  void aPathIsNeededAndABudgetIsNot() {
    assertThatThrownBy(() -> MethodConfigs.method("file"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Invalid method.path: method.name file needs one: a .safetensors file of positions, or"
                + " a run's folder");
    assertThatThrownBy(() -> MethodConfigs.method("file", "path=m", "sparsity=0.1"))
        .hasMessageContaining("it has no meaning for method.name file; remove it");
    assertThatThrownBy(() -> MethodConfigs.method("sam", "path=m"))
        .hasMessageContaining("it has no meaning for method.name sam; remove it");
  }

  @Test
  void runsAreToldApartByThePositionsNotByThePath() {
    String one = identity(file(QUERY, 1, 2), "method.path=a.safetensors");
    assertThat(identity(file("bert." + QUERY, 1, 2), "method.path=b.safetensors")).isEqualTo(one);
    assertThat(identity(file(QUERY, 1, 3), "method.path=a.safetensors")).isNotEqualTo(one);
  }

  private static String identity(ByteSource file, String path) {
    RunConfig config = MethodConfigs.run("method.name=file", path);
    return RunConfigWriter.toIdentityJson(config.opened(any -> file));
  }

  private static void refused(ByteSource file, Class<?> type, String message) {
    assertThatThrownBy(() -> mask(LAYOUT, file, "path=m.safetensors"))
        .isInstanceOf(type)
        .hasMessage("%s", message);
  }

  private static ByteSource file(String name, int... positions) {
    return file(writer -> writer.ints(name, List.of(positions.length), positions));
  }

  private static ByteSource file(UnaryOperator<SafetensorsWriter> content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      content.apply(new SafetensorsWriter()).writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteSource.of("mask.safetensors", bytes.toByteArray());
  }

  private static MethodConfig opened(MemoryFolder run, String... settings) {
    MethodConfig config = MethodConfigs.method("file", settings);
    return config.method().opened(config, path -> run.file(path.replaceFirst("^run/", "")));
  }

  private static Mask mask(ParameterLayout layout, ByteSource file, String... settings) {
    MethodConfig config = MethodConfigs.method("file", settings);
    return mask(layout, config.method().opened(config, any -> file));
  }

  private static Mask mask(ParameterLayout layout, MethodConfig config) {
    return config.method().mask(new MaskProblem(layout, config, 1), ScoreSource.none());
  }
}
