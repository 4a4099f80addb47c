package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.testing.Damage;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.testing.OnnxBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The golden BERT, laid out as different exporters do it. */
class OnnxImportTest {
  /** How an exporter hands a linear layer's weight to its product. */
  private enum Style {
    /** Without a name, transposed; the node has the module's path. */
    PATH,
    /** Without a name, transposed; only the bias that is added tells the module. */
    BIAS,
    /** By its name, as Gemm's second input, not transposed. */
    GEMM,
    /** By its name, but transposed. */
    NAMED_TRANSPOSED,
    /** By its name, through a Transpose. */
    TRANSPOSE_NODE
  }

  private final BaseModel golden = Golden.base("bert");
  private final ModelSpec spec = Golden.spec(golden);

  private OnnxBuilder export(Style style, String prefix) {
    ParameterLayout layout = spec.layout();
    float[] theta = golden.load(spec, 1);
    OnnxBuilder builder = new OnnxBuilder();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      float[] values =
          Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + tensor.size());
      boolean linear = tensor.shape().size() == 2 && !tensor.name().startsWith("embeddings.");
      if (!linear) {
        builder.floats(prefix + tensor.name(), tensor.shape(), values);
      } else {
        linear(builder, style, prefix, tensor, values, t);
      }
    }
    return builder;
  }

  private static void linear(
      OnnxBuilder builder,
      Style style,
      String prefix,
      TensorSpec tensor,
      float[] values,
      int index) {
    int out = tensor.shape().get(0);
    int in = tensor.shape().get(1);
    float[] transposed = new float[values.length];
    for (int i = 0; i < out; i++) {
      for (int j = 0; j < in; j++) {
        transposed[j * out + i] = values[i * in + j];
      }
    }
    String name = prefix + tensor.name();
    String module = name.substring(0, name.length() - ".weight".length());
    String path = "/" + module.replace('.', '/').replace("layer/", "layer.");
    String anonymous = "onnx::MatMul_" + index;
    switch (style) {
      case PATH ->
          builder
              .floats(anonymous, List.of(in, out), transposed)
              .node("MatMul", path + "/MatMul", List.of("x", anonymous));
      case BIAS ->
          builder
              .floats(anonymous, List.of(in, out), transposed)
              .node("MatMul", "MatMul_" + index, List.of("x", anonymous))
              .node(
                  "Add",
                  "Add_" + index,
                  List.of("MatMul_" + index + "_output_0", module + ".bias"));
      case GEMM ->
          builder
              .packedFloats(name, tensor.shape(), values)
              .node("Gemm", "Gemm_" + index, List.of("x", name, module + ".bias"), "transB", 1);
      case NAMED_TRANSPOSED ->
          builder
              .floats(name, List.of(in, out), transposed)
              .node("MatMul", "MatMul_" + index, List.of("x", name));
      default ->
          builder
              .floats(name, tensor.shape(), values)
              .node("Transpose", "T_" + index, List.of(name))
              .node("MatMul", "MatMul_" + index, List.of("x", "T_" + index + "_output_0"));
    }
  }

  /** The parts of a graph that tell heads, epsilon and activation. */
  private OnnxBuilder describe(OnnxBuilder builder) {
    EncoderConfig encoder = golden.encoder();
    return builder
        .longs("split", 0, 0, encoder.heads(), encoder.headSize())
        .node("Reshape", "/encoder/layer.0/attention/self/Reshape", List.of("q", "split"))
        .constant("eps", (float) encoder.layerNormEps())
        .node("Add", "/embeddings/LayerNorm/Add", List.of("variance", "eps"))
        .node("Erf", "/encoder/layer.0/intermediate/Erf", List.of("h"));
  }

  private static BaseModel open(OnnxBuilder builder) {
    return BaseModel.open(new MemoryFolder("m").put("model.onnx", builder.build()));
  }

  @ParameterizedTest
  @EnumSource
  void theWeightsAreTheSameHoweverTheyAreExported(Style style) {
    BaseModel onnx = open(describe(export(style, style == Style.PATH ? "bert." : "")));
    assertThat(onnx.encoder()).isEqualTo(golden.encoder());
    assertThat(onnx.fingerprint()).isEqualTo(golden.fingerprint());
    assertThat(onnx.load(spec, 1)).isEqualTo(golden.load(spec, 1));
    assertThat(onnx.headOrigin(spec).initialised()).isEmpty();
  }

  @Test
  void aConfigurationBesideTheFileIsUsed() {
    MemoryFolder folder = MemoryFolder.copyOf(Golden.folder("bert"), "config.json");
    folder.put("any.onnx", export(Style.PATH, "").build());
    BaseModel onnx = BaseModel.openOnnx(folder, "any.onnx");
    assertThat(onnx.dropout()).isEqualTo(golden.dropout());
    assertThat(onnx.config().labels()).isEqualTo(golden.config().labels());
    assertThat(onnx.fingerprint()).isEqualTo(golden.fingerprint());
    assertThat(onnx.files()).containsExactly("config.json", "any.onnx");
  }

  @Test
  void whatTheGraphDoesNotTellIsAskedFor() {
    Map<String, OnnxBuilder> unclear =
        Map.of(
            "the number of attention heads", export(Style.PATH, ""),
            "the kind of model (it counts positions as RoBERTa does)",
                describe(export(Style.PATH, "")).node("CumSum", "/c", List.of("x")),
            "the activation", describe(export(Style.PATH, "")).node("Relu", "/r", List.of("x")),
            "the epsilon of LayerNorm",
                describe(export(Style.PATH, ""))
                    .constant("other", 1e-3f)
                    .node("Add", "/x/LayerNorm/Add", List.of("variance", "other")),
            "the model's sizes (it has no matrix embeddings.word_embeddings.weight)",
                new OnnxBuilder().node("Relu", "/r", List.of("x")));
    unclear.forEach(
        (what, builder) ->
            assertThatThrownBy(() -> open(builder))
                .isInstanceOf(UnsupportedVersionException.class)
                .hasMessage(
                    "Cannot read m/model.onnx: it does not tell %s: put the model's config.json"
                        + " beside it",
                    what));
  }

  @Test
  void aProductWhoseLayerCannotBeToldIsMissed() {
    ParameterLayout layout = spec.layout();
    int query = layout.indexOf("encoder.layer.0.attention.self.query.weight");
    OnnxBuilder builder = describe(new OnnxBuilder());
    float[] theta = golden.load(spec, 1);
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      float[] values =
          Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + tensor.size());
      builder.floats(t == query ? "quantized" : tensor.name(), tensor.shape(), values);
    }
    builder.node("MatMul", "MatMul_1", List.of("x", "quantized"));
    assertThatThrownBy(() -> open(builder))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read m/model.onnx: the encoder lacks 1 tensors:"
                + " encoder.layer.0.attention.self.query.weight");
  }

  /** As exporters write it that keep one of equal tensors: the layers' paths tell whose it is. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aTensorMayBeSharedByManyModules(boolean oneLayerNorm) {
    BaseModel base = equalParts();
    ParameterLayout layout = spec.layout();
    float[] theta = base.load(spec, 1);
    OnnxBuilder builder = new OnnxBuilder();
    String ones = "encoder.layer.0.output.LayerNorm.weight";
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      float[] values =
          Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + tensor.size());
      String name = tensor.name();
      String module = name.substring(0, name.lastIndexOf('.'));
      String path = "/bert/" + module.replace('.', '/').replace("layer/", "layer.");
      String kept = name.endsWith(".bias") ? firstBias(layout, tensor.size()) : ones;
      if (tensor.shape().size() == 2 && !name.startsWith("embeddings.")) {
        linear(builder, Style.PATH, "bert.", tensor, values, t);
      } else if (tensor.shape().size() == 2 || kept.equals(name)) {
        builder.floats("bert." + name, tensor.shape(), values);
      }
      if (name.endsWith("LayerNorm.weight")) {
        builder.node(
            oneLayerNorm ? "LayerNormalization" : "Mul",
            path + "/1",
            oneLayerNorm
                ? List.of("x", "bert." + ones, "bert." + firstBias(layout, tensor.size()))
                : List.of("x", "bert." + ones));
      } else if (name.endsWith(".bias")) {
        builder.node("Add", path + "/Add", List.of("bert." + kept, "x"));
      }
    }
    BaseModel onnx = open(describe(builder));
    assertThat(onnx.fingerprint()).isEqualTo(base.fingerprint());
    assertThat(onnx.load(spec, 1)).isEqualTo(theta);
  }

  private static String firstBias(ParameterLayout layout, int size) {
    return layout.tensors().stream()
        .filter(tensor -> tensor.name().endsWith(".bias") && tensor.size() == size)
        .findFirst()
        .orElseThrow()
        .name();
  }

  /** The golden model with all of LayerNorm's weights 1 and all biases 0. */
  private BaseModel equalParts() {
    ParameterLayout layout = spec.layout();
    float[] theta = golden.load(spec, 1);
    SafetensorsWriter writer = new SafetensorsWriter();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      float[] values =
          Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + tensor.size());
      if (tensor.name().endsWith("LayerNorm.weight") || tensor.name().endsWith(".bias")) {
        Arrays.fill(values, tensor.name().endsWith(".bias") ? 0 : 1);
      }
      writer.floats(tensor.name(), tensor.shape(), sink -> sink.accept(values, values.length));
    }
    MemoryFolder folder = MemoryFolder.copyOf(Golden.folder("bert"), "config.json");
    try {
      folder.write("model.safetensors", writer::writeTo);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return BaseModel.open(folder);
  }

  @Test
  void anIdentityIsTheTensorThatItPassesOn() {
    OnnxBuilder builder = describe(new OnnxBuilder());
    ParameterLayout layout = spec.layout();
    float[] theta = golden.load(spec, 1);
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      float[] values =
          Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + tensor.size());
      builder.floats("stored_" + t, tensor.shape(), values).identity("stored_" + t, tensor.name());
    }
    BaseModel onnx = open(builder);
    assertThat(onnx.fingerprint()).isEqualTo(golden.fingerprint());
    assertThat(onnx.load(spec, 1)).isEqualTo(theta);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "QuantizeLinear",
        "DequantizeLinear",
        "DynamicQuantizeLinear",
        "DynamicQuantizeMatMul",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "QLinearMatMul",
        "QLinearAdd",
        "QGemm",
        "QAttention",
        "QEmbedLayerNormalization",
        "MatMulNBits",
        "MatMulBnb4"
      })
  void aQuantisedExportIsRefusedAsThat(String op) {
    OnnxBuilder builder = new OnnxBuilder().node(op, "n", List.of("x"));
    assertThatThrownBy(() -> open(builder))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "Cannot read m/model.onnx: the model is quantised (its operations: %s), so its weights"
                + " are rounded; give the float model that it was made from",
            op);
  }

  @Test
  void damagedFilesEndInAMessageOrAreReadWhole() {
    byte[] file = describe(export(Style.BIAS, "")).build();
    int refused =
        Damage.survives(
            file,
            file.length,
            600,
            bytes -> BaseModel.open(new MemoryFolder("m").put("model.onnx", bytes)).fingerprint());
    assertThat(refused).isBetween(150, 599);
  }
}
