package io.sparsetune.pretrained;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.files.ByteSource;
import io.sparsetune.files.Sha256;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.safetensors.SafetensorsReader;
import io.sparsetune.testing.Golden;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        SafetensorsReader.open(ByteSource.local(Golden.folder(name).resolve("model.safetensors")));
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
    assertThat(layout.size()).isEqualTo(theta.length);
    assertThat(base.load(spec, 8)).isEqualTo(theta);
    assertThat(base.headFingerprint(spec, 8)).isEqualTo(base.headFingerprint(spec, 7));
  }

  @Test
  void aHeadOfAnotherShapeIsDrawnAnewByTheSeed() {
    BaseModel base = Golden.base("bert");
    ModelSpec spec =
        new ModelSpec(base.encoder(), Pooling.POOLER, 7, Loss.CROSS_ENTROPY, base.dropout());
    assertThat(base.headOrigin(spec))
        .isEqualTo(new HeadOrigin(List.of("pooler.dense"), List.of("classifier")));
    int hidden = base.encoder().hiddenSize();
    float[] head = base.load(spec, 3);
    float[] weight = Arrays.copyOfRange(head, head.length - 7 - 7 * hidden, head.length - 7);
    float[] bias = Arrays.copyOfRange(head, head.length - 7, head.length);
    assertThat(bias).containsOnly(0f);
    double square = 0;
    for (float w : weight) {
      square += w * w;
    }
    assertThat(Math.sqrt(square / weight.length)).isBetween(0.015, 0.025);
    assertThat(base.load(spec, 3)).isEqualTo(head);
    assertThat(base.load(spec, 4)).isNotEqualTo(head);
    assertThat(base.headFingerprint(spec, 3))
        .isEqualTo(base.headFingerprint(spec, 3))
        .isNotEqualTo(base.headFingerprint(spec, 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void theFingerprintsAreOfTheModelInMemory(String name) {
    BaseModel base = Golden.base(name);
    ModelSpec spec = Golden.spec(base);
    float[] theta = base.load(spec, 1);
    assertThat(base.fingerprint()).isEqualTo(fingerprint(spec.layout(), theta, false));
    assertThat(base.headFingerprint(spec, 1)).isEqualTo(fingerprint(spec.layout(), theta, true));
  }

  /** As docs/delta-format.md defines it. */
  private static String fingerprint(ParameterLayout layout, float[] theta, boolean head) {
    ByteBuffer all = ByteBuffer.allocate(8 * theta.length + (1 << 16));
    all.order(ByteOrder.LITTLE_ENDIAN);
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      if ((tensor.part() == Part.HEAD) == head) {
        byte[] letters = tensor.name().getBytes(UTF_8);
        all.putInt(letters.length).put(letters).putInt(tensor.shape().size());
        tensor.shape().forEach(all::putInt);
        for (int i = 0; i < tensor.size(); i++) {
          all.putFloat(theta[layout.offset(t) + i]);
        }
      }
    }
    return Sha256.hex(Arrays.copyOf(all.array(), all.position()));
  }
}
