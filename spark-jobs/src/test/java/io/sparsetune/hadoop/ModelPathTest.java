package io.sparsetune.hadoop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ModelPathTest {

  @Test
  void anOnnxFileIsAFileInAFolder() {
    assertThat(ModelPath.of("/models/bert")).isEqualTo(new ModelPath("/models/bert", ""));
    assertThat(ModelPath.of("hdfs://host/models/m.onnx"))
        .isEqualTo(new ModelPath("hdfs://host/models", "m.onnx"));
    assertThat(ModelPath.of("m.onnx")).isEqualTo(new ModelPath(".", "m.onnx"));
    assertThat(ModelPath.of("m.onnx").isOnnx()).isTrue();
    assertThat(ModelPath.of("m").isOnnx()).isFalse();
  }
}
