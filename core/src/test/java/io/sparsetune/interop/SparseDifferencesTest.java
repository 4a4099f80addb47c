package io.sparsetune.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.delta.SparseDelta;
import io.sparsetune.error.ConfigException;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import io.sparsetune.testing.TorchReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file read back by a decoder that was written from the format. */
class SparseDifferencesTest {
  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "bert-regression"})
  void appliedToTheBaseItGivesTheTrainedModel(String name) throws IOException {
    BaseModel base = Golden.base(name);
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    ParameterLayout layout = delta.layout();
    float[] trained = base.load(delta.info().spec(), delta.info().seed());
    float[] applied = trained.clone();
    delta.apply(trained);
    Map<String, Object> file = file(base, delta);
    assertThat(file).containsOnlyKeys("diffs", "abs");
    Map<String, Object> diffs = TorchReader.map(file.get("diffs"));
    Map<String, Object> whole = TorchReader.map(file.get("abs"));
    String prefix = name.startsWith("bert") ? "bert." : "roberta.";
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      String full = tensor.name().startsWith("classifier") ? tensor.name() : prefix + tensor.name();
      if (whole.containsKey(full)) {
        TorchReader.Tensor value = (TorchReader.Tensor) whole.remove(full);
        assertThat(value.shape()).isEqualTo(tensor.shape());
        System.arraycopy(value.values(), 0, applied, layout.offset(t), tensor.size());
      } else if (diffs.containsKey(full)) {
        add(TorchReader.map(diffs.remove(full)), tensor, applied, layout.offset(t));
      }
    }
    assertThat(diffs).isEmpty();
    assertThat(whole).isEmpty();
    // An increment is a rounded difference, so that the sum may miss the new value's last digit.
    assertThat(applied).usingComparatorWithPrecision(1e-6f).containsExactly(trained);
  }

  /** Positions are flattened with the first dimension fastest. */
  private static void add(
      Map<String, Object> difference, TensorSpec tensor, float[] into, int offset) {
    assertThat(difference).containsOnlyKeys("size", "index_steps", "values");
    assertThat(difference.get("size")).isEqualTo(tensor.shape());
    float[] values = ((TorchReader.Tensor) difference.get("values")).values();
    List<?> steps = (List<?>) difference.get("index_steps");
    assertThat(steps).hasSameSizeAs(values);
    int flat = 0;
    for (int q = 0; q < values.length; q++) {
      flat += (Integer) steps.get(q);
      int row = flat % tensor.shape().get(0);
      int column = flat / tensor.shape().get(0);
      into[offset + row * (tensor.size() / tensor.shape().get(0)) + column] += values[q];
    }
  }

  @Test
  void storagesBeginAtMultiplesOf64AndTheBytesAreTheSameEachTime() throws IOException {
    BaseModel base = Golden.base("bert");
    SparseDelta delta = Deltas.random(base, Golden.spec(base), 3);
    byte[] bytes = bytes(base, delta);
    assertThat(bytes(base, delta)).isEqualTo(bytes);
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int seen = 0;
    for (int at = text.indexOf("PK\3\4"); at >= 0; at = text.indexOf("PK\3\4", at + 1)) {
      int data = at + 30 + header.getShort(at + 26) + header.getShort(at + 28);
      assertThat(data % 64).isZero();
      seen++;
    }
    assertThat(seen).isGreaterThan(4);
  }

  @Test
  void aHeadThatTransformersHasNotIsRefused() {
    BaseModel base = Golden.base("bert");
    ModelSpec own = Golden.spec(base);
    SparseDelta delta =
        Deltas.random(
            base,
            new ModelSpec(own.encoder(), Pooling.MEAN, own.outputs(), own.loss(), Dropout.NONE),
            3);
    assertThatThrownBy(() -> bytes(base, delta))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "Cannot write a model with pooling mean for transformers: its"
                + " BertForSequenceClassification has none; train with model.pooling: pooler");
  }

  private static Map<String, Object> file(BaseModel base, SparseDelta delta) throws IOException {
    return TorchReader.map(TorchReader.read(bytes(base, delta)));
  }

  private static byte[] bytes(BaseModel base, SparseDelta delta) throws IOException {
    MemoryFolder out = new MemoryFolder("out");
    SparseDifferences.write(base, delta, out);
    assertThat(out.names()).containsExactly(SparseDifferences.FILE);
    return out.bytes(SparseDifferences.FILE);
  }
}
