package io.sparsetune.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.safetensors.FloatSink;
import io.sparsetune.testing.OnnxBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnnxGraphTest {
  private static OnnxGraph open(byte[] bytes) {
    return OnnxGraph.open(ByteSource.of("m.onnx", bytes));
  }

  private static void assertCorrupt(byte[] bytes, String message) {
    assertThatThrownBy(() -> open(bytes))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read m.onnx: ")
        .hasMessageContaining(message);
  }

  @Test
  void tensorsNodesAndConstantsAreFound() throws IOException {
    float[] values = new float[50];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    OnnxGraph graph =
        open(
            new OnnxBuilder()
                .floats("raw", List.of(5, 10), values)
                .packedFloats("packed", List.of(50), values)
                .longs("sizes", 0, -1, 4, 8)
                .constant("c", 0.5f)
                .node("Gemm", "/a/b/Gemm", List.of("x", "raw"), "transB", 1)
                .build());
    for (String name : List.of("raw", "packed")) {
      float[] read = new float[50];
      graph.floats(name, FloatSink.into(read, 0));
      assertThat(read).isEqualTo(values);
    }
    assertThat(graph.tensors().get("raw").shape()).containsExactly(5, 10);
    assertThat(graph.tensors().get("raw").small()).isEmpty();
    assertThat(graph.tensors().get("sizes").small()).containsExactly(0.0, -1.0, 4.0, 8.0);
    assertThat(graph.tensors().get("c").small()).containsExactly(0.5);
    OnnxNode gemm = graph.nodes().get(1);
    assertThat(gemm.op()).isEqualTo("Gemm");
    assertThat(gemm.scope()).isEqualTo("/a/b");
    assertThat(gemm.inputs()).containsExactly("x", "raw");
    assertThat(gemm.numbers()).containsEntry("transB", 1.0);
  }

  @Test
  void aFileThatIsNotOnnxIsSaidNotToBe() {
    assertCorrupt(new byte[0], "not an ONNX file: it has no graph");
    assertCorrupt("PK\3\4 this is a zip file".getBytes(StandardCharsets.UTF_8), "");
  }

  @Test
  void everyTruncationIsNoticed() {
    byte[] file =
        new OnnxBuilder()
            .floats("a", List.of(30), new float[30])
            .node("MatMul", "/x/MatMul", List.of("y", "a"))
            .build();
    for (int length = 3; length < file.length; length++) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> open(cut)).isInstanceOf(CorruptFileException.class);
    }
    assertThat(open(file).nodes()).hasSize(1);
  }

  @Test
  void sizesAreCheckedBeforeAnythingIsAllocated() {
    assertCorrupt(
        new OnnxBuilder().add(5, OnnxBuilder.tensor("a", List.of(2), 1, 9, new byte[4])).build(),
        "tensor a has 4 bytes, but its shape [2] of F32 needs 8");
    assertCorrupt(
        new OnnxBuilder()
            .add(5, OnnxBuilder.tensor("a", List.of(1 << 20, 1 << 20), 1, 9, new byte[4]))
            .build(),
        "tensor a has an impossible shape [1048576, 1048576]");
    assertCorrupt(
        new OnnxBuilder().add(5, OnnxBuilder.tensor("a", List.of(-1), 1, 9, new byte[4])).build(),
        "has an impossible dimension -1");
    assertCorrupt(
        new OnnxBuilder()
            .add(
                5,
                out -> {
                  out.writeTag(9, 2);
                  out.writeUInt32NoTag(1 << 30);
                })
            .build(),
        "a tensor of 1073741824 bytes goes beyond the end of the file");
    assertCorrupt(
        new OnnxBuilder()
            .add(1, out -> out.writeByteArray(3, new byte[OnnxParser.MAX_TEXT + 1]))
            .build(),
        "a name of 4097 bytes");
    assertCorrupt(
        new OnnxBuilder().add(1, out -> out.writeInt64(3, 1)).build(),
        "not a valid ONNX file: field 3 has the wrong type");
    assertCorrupt(
        new OnnxBuilder()
            .floats("a", List.of(1), new float[1])
            .floats("a", List.of(1), new float[1])
            .build(),
        "tensor a is there twice");
  }

  @Test
  void weightsInOtherFilesAreNotFollowed() {
    byte[] file =
        new OnnxBuilder()
            .add(
                5,
                out -> {
                  out.writeInt64(1, 4);
                  out.writeInt32(2, 1);
                  out.writeString(8, "a");
                  out.writeInt32(14, 1);
                })
            .build();
    assertThatThrownBy(() -> open(file))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "Cannot read m.onnx: its weights are in other files (external data): save the model as one ONNX file");
  }
}
