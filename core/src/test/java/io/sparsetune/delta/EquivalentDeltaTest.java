package io.sparsetune.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.files.StrictJson;
import io.sparsetune.mask.Mask;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.model.EquivalentModel.Adapter;
import io.sparsetune.model.EquivalentModel.Lora;
import io.sparsetune.model.EquivalentModel.Placement;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.Equivalents;
import io.sparsetune.testing.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Deltas of models that have more tensors than their base. */
class EquivalentDeltaTest {
  private final BaseModel base = Golden.base("bert");

  static List<EquivalentModel> models() {
    return List.of(
        new Lora(List.of("query", "output.dense"), 3, 1.5, 0.1),
        new Adapter(Placement.HOULSBY, 4, Activation.GELU),
        new Adapter(Placement.PFEIFFER, 5, Activation.SILU));
  }

  private SparseDelta delta(EquivalentModel equivalent) {
    ModelSpec spec = Golden.spec(base).with(Dropout.NONE).with(equivalent);
    ParameterLayout layout = spec.layout();
    Mask added = Mask.none(layout).withWhole(layout, Equivalents.added(layout));
    float[] values = added.gather(layout, base.load(spec, 3));
    return new SparseDelta(
        new DeltaInfo(
            spec,
            base.fingerprint(),
            base.headFingerprint(spec, 3),
            "lora",
            Optional.empty(),
            layout.size(),
            added.size(),
            TaskType.CLASSIFICATION,
            IntStream.range(0, spec.outputs()).mapToObj(i -> "l" + i).toList(),
            Metric.ACCURACY,
            3,
            "0".repeat(64),
            "0.1.0"),
        added,
        values);
  }

  @ParameterizedTest
  @MethodSource("models")
  void sayWhatWasAdded(EquivalentModel equivalent) throws IOException {
    SparseDelta delta = delta(equivalent);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DeltaFile.write(delta, out);
    SparseDelta read = DeltaFile.read(ByteSource.of("d", out.toByteArray()));
    assertThat(read.info()).isEqualTo(delta.info());
    assertThat(read.trained()).isEqualTo(delta.trained());
    assertThat(read.values()).isEqualTo(delta.values());
    read.requireBase(base);
  }

  @ParameterizedTest
  @MethodSource("models")
  void leaveTheBasesTensorsAndFingerprintsAlone(EquivalentModel equivalent) {
    ModelSpec own = Golden.spec(base);
    // More outputs than the base's classifier has: it is drawn anew.
    ModelSpec plain =
        new ModelSpec(own.encoder(), own.pooling(), own.outputs() + 1, own.loss(), own.dropout());
    ModelSpec larger = plain.with(equivalent);
    assertThat(base.headFingerprint(larger, 3)).isEqualTo(base.headFingerprint(plain, 3));
    float[] theta = base.load(plain, 3);
    float[] more = base.load(larger, 3);
    ParameterLayout layout = plain.layout();
    int next = -1;
    for (int t = 0; t < layout.tensorCount(); t++) {
      int at = larger.layout().indexOf(layout.tensor(t).name());
      assertThat(at).isGreaterThan(next);
      next = at;
      for (int i = 0; i < layout.tensor(t).size(); i++) {
        assertThat(more[larger.layout().offset(at) + i]).isEqualTo(theta[layout.offset(t) + i]);
      }
    }
  }

  @Test
  void addedTensorsStartAsTheirPapersSay() {
    ModelSpec spec = Golden.spec(base).with(new Lora(List.of("query", "output.dense"), 4, 8, 0));
    ParameterLayout layout = spec.layout();
    for (int t : Equivalents.added(layout)) {
      float[] values = spec.initial(t, 1);
      if (layout.tensor(t).name().endsWith("lora_B.weight")) {
        assertThat(values).containsOnly(0);
        continue;
      }
      double bound = 1 / Math.sqrt(layout.tensor(t).columns());
      double square = 0;
      for (float value : values) {
        assertThat((double) value).isBetween(-bound, bound);
        square += value * value / values.length;
      }
      assertThat(Math.sqrt(3 * square)).isBetween(0.8 * bound, 1.2 * bound);
      assertThat(values).isNotEqualTo(spec.initial(t, 2));
    }
    ModelSpec adapters = spec.with(new Adapter(Placement.HOULSBY, 8, Activation.GELU));
    for (int t : Equivalents.added(adapters.layout())) {
      float[] values = adapters.initial(t, 1);
      if (!adapters.layout().tensor(t).name().endsWith("down.weight")) {
        assertThat(values).containsOnly(0);
        continue;
      }
      double square = 0;
      for (float value : values) {
        square += value * value / values.length;
      }
      assertThat(Math.sqrt(square)).isBetween(0.016, 0.024);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"magic\"} | there is no such type",
        "{\"type\":\"lora\",\"target_modules\":[\"query\"],\"r\":0,\"lora_alpha\":1,\"lora_dropout\":0}"
            + " | Invalid LoRA: targets [query], rank 0, alpha 1.0: there have to be some, above 0,"
            + " alpha at most 1e6",
        "{\"type\":\"lora\",\"target_modules\":[],\"r\":1,\"lora_alpha\":1,\"lora_dropout\":0} |"
            + " Invalid LoRA: targets [], rank 1, alpha 1.0: there have to be some, above 0, alpha"
            + " at most 1e6",
        "{\"type\":\"lora\",\"target_modules\":[\"query\"],\"r\":1,\"lora_alpha\":1} | Invalid"
            + " LoRA: dropout -1.0 (a probability in [0, 1))",
        "{\"type\":\"adapter\",\"placement\":\"here\",\"size\":1,\"activation\":\"gelu\"} | 'here'"
            + " is unknown",
        "{\"type\":\"adapter\",\"placement\":\"houlsby\",\"size\":-3,\"activation\":\"gelu\"} |"
            + " Invalid adapter: size -3 is not above 0",
      })
  void whatMakesNoModelIsRefused(String json, String reason) {
    assertThatThrownBy(() -> EquivalentModelJson.read("d", StrictJson.parseObject("d", json)))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read d: its metadata has the invalid equivalent_model %s: %s", json, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"lora\",\"target_modules\":[\"query\"],\"r\":2147483647,\"lora_alpha\":1,\"lora_dropout\":0}"
            + " | Invalid LoRA: rank 2147483647 is above what encoder.layer.0.attention.self.query"
            + " has",
        "{\"type\":\"lora\",\"target_modules\":[\"pooler\"],\"r\":1,\"lora_alpha\":1,\"lora_dropout\":0}"
            + " | Invalid LoRA: 'pooler' is no linear layer of the encoder; known are query, key,"
            + " value,",
        "{\"type\":\"adapter\",\"placement\":\"houlsby\",\"size\":2147483647,\"activation\":\"gelu\"}"
            + " | Invalid adapter: size 2147483647 is above the hidden size,",
      })
  void whatDoesNotFitTheEncoderIsRefused(String json, String reason) {
    SparseDelta delta = delta(models().get(0));
    Map<String, String> metadata = DeltaMetadata.write(delta.info(), 0);
    metadata.put(EquivalentModelJson.KEY, json);
    assertThatThrownBy(() -> DeltaMetadata.read("d", metadata))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read d: its metadata does not fit: ")
        .hasMessageContaining(reason);
  }
}
