package io.sparsetune.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.testing.Golden;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoldenImportTest {
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void everyTensorIsThatOfTheFileBitForBit(String name) {
    BaseModel base = Golden.base(name);
    ModelSpec spec = Golden.spec(Golden.base(name));
    ParameterLayout layout = spec.layout();
    float[] theta = base.load(spec, 1);
    SafetensorsReader file =
        SafetensorsReader.open(Golden.folder(name).resolve("model.safetensors"));
    TreeSet<String> unused = new TreeSet<>(file.tensors().keySet());
    for (int t = 0; t < layout.tensorCount(); t++) {
      String tensor = layout.tensor(t).name();
      String stored = tensor.startsWith("classifier") ? tensor : name.split("-")[0] + "." + tensor;
      assertThat(file.floats(stored))
          .as(tensor)
          .isEqualTo(
              Arrays.copyOfRange(
                  theta, layout.offset(t), layout.offset(t) + layout.tensor(t).size()));
      unused.remove(stored);
    }
    assertThat(unused).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void theHeadIsLoadedWhereItFits(String name) {
    ModelSpec spec = Golden.spec(Golden.base(name));
    BaseModel base = Golden.base(name);
    assertThat(base.headOrigin(spec).initialised()).isEmpty();
    ParameterLayout layout = spec.layout();
    float[] theta = base.load(spec, 7);
    float[] head = base.headValues(spec, 7);
    assertThat(head).isEqualTo(Arrays.copyOfRange(theta, theta.length - head.length, theta.length));
    assertThat(layout.size()).isEqualTo(theta.length);
  }

  @Test
  void aHeadOfAnotherShapeIsDrawnAnewByTheSeed() {
    BaseModel base = Golden.base("bert");
    ModelSpec spec =
        new ModelSpec(base.encoder(), Pooling.POOLER, 7, Loss.CROSS_ENTROPY, base.dropout());
    assertThat(base.headOrigin(spec))
        .isEqualTo(new HeadOrigin(List.of("pooler.dense"), List.of("classifier")));
    int hidden = base.encoder().hiddenSize();
    float[] head = base.headValues(spec, 3);
    float[] weight = Arrays.copyOfRange(head, head.length - 7 - 7 * hidden, head.length - 7);
    float[] bias = Arrays.copyOfRange(head, head.length - 7, head.length);
    assertThat(bias).containsOnly(0f);
    double square = 0;
    for (float w : weight) {
      square += w * w;
    }
    assertThat(Math.sqrt(square / weight.length)).isBetween(0.015, 0.025);
    assertThat(base.headValues(spec, 3)).isEqualTo(head);
    assertThat(base.headValues(spec, 4)).isNotEqualTo(head);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void theFingerprintOfFilesIsThatOfTheModelInMemory(String name) {
    BaseModel base = Golden.base(name);
    ModelSpec spec = Golden.spec(Golden.base(name));
    assertThat(base.fingerprint())
        .hasSize(64)
        .isEqualTo(BaseFingerprint.of(spec.layout(), base.load(spec, 1)));
  }
}
