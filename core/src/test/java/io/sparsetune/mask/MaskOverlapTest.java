package io.sparsetune.mask;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorPlace;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tables of masks: where one put its budget, and how far two agree. */
class MaskOverlapTest {
  private static final BaseModel BASE = Golden.base("bert");
  private static final ParameterLayout LAYOUT = Golden.spec(BASE).layout();
  private static final List<Integer> BODY =
      IntStream.range(0, LAYOUT.tensorCount())
          .filter(t -> LAYOUT.tensor(t).part() != Part.HEAD)
          .boxed()
          .toList();

  @Test
  void sharedPositionsAreCounted() {
    Mask a = mask("query", 1, 2, 5, 9);
    Mask b = mask("query", 0, 2, 3, 9, 11);
    MaskOverlap overlap = MaskOverlap.of(LAYOUT, BODY, a, b);
    long size = LAYOUT.tensor(tensor("query")).size();
    assertThat(overlap).isEqualTo(new MaskOverlap(size, 4, 5, 2, 20.0 / size));
    assertThat(overlap.jaccard()).isEqualTo(2.0 / 7);
    assertThat(MaskOverlap.of(LAYOUT, BODY, a, a).jaccard()).isEqualTo(1);
    assertThat(MaskOverlap.of(LAYOUT, BODY, a, mask("key", 1, 2)).both()).isZero();
    Mask whole = Mask.none(LAYOUT).withWhole(LAYOUT, List.of(tensor("query")));
    assertThat(MaskOverlap.of(LAYOUT, BODY, a, whole).both()).isEqualTo(4);
    assertThat(MaskOverlap.of(LAYOUT, BODY, whole, b).both()).isEqualTo(5);
    assertThat(MaskOverlap.of(LAYOUT, BODY, whole, whole).both()).isEqualTo(size);
  }

  @Test
  void masksDrawnAtRandomShareAsManyAsExpected() {
    Mask a = Deltas.random(BASE, Golden.spec(BASE), 3).trained();
    Mask b = Deltas.random(BASE, Golden.spec(BASE), 4).trained();
    MaskOverlap all = MaskOverlap.of(LAYOUT, BODY, a, b);
    // Five standard deviations of a binomial.
    assertThat((double) all.both())
        .isBetween(
            all.expected() - 5 * Math.sqrt(all.expected()),
            all.expected() + 5 * Math.sqrt(all.expected()));
    assertThat(all.jaccard()).isBetween(0.5 * all.expectedJaccard(), 2 * all.expectedJaccard());
    long layers =
        MaskOverlap.of(LAYOUT, BODY, a, b, TensorPlace::layer).values().stream()
            .mapToLong(MaskOverlap::both)
            .sum();
    assertThat(layers).isEqualTo(all.both());
  }

  @Test
  void aTableCountsWhatEachLayerAndKindHas() {
    Mask mask = Deltas.random(BASE, Golden.spec(BASE), 3).trained();
    MaskTable table = MaskTable.of(LAYOUT, mask, BODY);
    long chosen = BODY.stream().mapToLong(mask::count).sum();
    long size = BODY.stream().mapToLong(t -> LAYOUT.tensor(t).size()).sum();
    assertThat(table.all()).isEqualTo(new MaskTable.Count(chosen, size));
    assertThat(table.layers()).startsWith("embeddings", "0", "1");
    assertThat(table.kinds())
        .endsWith("query", "bias", "key", "value", "attention.output", "intermediate", "output");
    int query = tensor("query");
    assertThat(table.at("0", "query"))
        .isEqualTo(new MaskTable.Count(mask.count(query), LAYOUT.tensor(query).size()));
    assertThat(table.kinds().stream().mapToLong(kind -> table.ofKind(kind).chosen()).sum())
        .isEqualTo(chosen);
    assertThat(table.layers().stream().mapToLong(layer -> table.ofLayer(layer).chosen()).sum())
        .isEqualTo(chosen);
    MaskTable one = MaskTable.of(LAYOUT, mask("key", 7), BODY);
    assertThat(one.layers()).containsExactly("0");
    assertThat(one.kinds()).containsExactly("key");
  }

  @Test
  void everyTensorHasAPlace() {
    Set<String> kinds =
        LAYOUT.tensors().stream()
            .filter(tensor -> tensor.part() == Part.ENCODER)
            .map(tensor -> TensorPlace.of(tensor).kind())
            .collect(Collectors.toSet());
    assertThat(kinds)
        .containsExactlyInAnyOrder(
            "query",
            "key",
            "value",
            "attention.output",
            "intermediate",
            "output",
            "LayerNorm",
            "bias");
    TensorSpec word = LAYOUT.tensor(0);
    assertThat(TensorPlace.of(word)).isEqualTo(new TensorPlace("embeddings", "word_embeddings"));
    TensorSpec added =
        TensorSpec.of("encoder.layer.1.attention.self.query.lora_A.weight", Part.ENCODER, 2, 3);
    assertThat(TensorPlace.of(added)).isEqualTo(new TensorPlace("1", "lora_A"));
  }

  private static int tensor(String projection) {
    return LAYOUT.indexOf("encoder.layer.0.attention.self." + projection + ".weight");
  }

  private static Mask mask(String projection, int... positions) {
    return new Mask.Builder(LAYOUT).positions(tensor(projection), positions).build();
  }
}
