package io.sparsetune.delta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.model.ClassifierStart;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.pretrained.BaseModel;
import io.sparsetune.testing.Deltas;
import io.sparsetune.testing.Golden;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start of a classifier in a delta's metadata: a part of a head is meaningless without it. */
class ClassifierStartTest {
  private final BaseModel base = Golden.base("bert");

  private Map<String, String> metadata(ClassifierStart start) {
    DeltaInfo info = Deltas.random(base, Golden.spec(base), 5).info();
    ModelSpec spec = info.spec().with(start);
    return new TreeMap<>(
        DeltaMetadata.write(
            new DeltaInfo(
                spec,
                info.baseFingerprint(),
                base.headFingerprint(spec, 5),
                info.method(),
                info.budget(),
                info.n(),
                info.k(),
                info.taskType(),
                info.labels(),
                info.metric(),
                info.seed(),
                info.runId(),
                info.libraryVersion()),
            0));
  }

  @Test
  void isSaidWhereItIsNotTheBasesOrder() {
    assertThat(metadata(ClassifierStart.IN_ORDER)).doesNotContainKey("classifier_start");
    assertThat(metadata(ClassifierStart.DRAWN))
        .containsEntry("classifier_start", "{\"drawn\":true}");
    assertThat(metadata(new ClassifierStart.Permuted(List.of(2, 0, 1))))
        .containsEntry("classifier_start", "{\"rows\":[2,0,1]}");
  }

  @Test
  void isReadBackWithTheHeadThatFollowsFromIt() {
    for (ClassifierStart start :
        List.of(
            ClassifierStart.IN_ORDER,
            ClassifierStart.DRAWN,
            new ClassifierStart.Permuted(List.of(2, 0, 1)))) {
      DeltaInfo read = DeltaMetadata.read("d", metadata(start)).info();
      assertThat(read.spec().classifierStart()).isEqualTo(start);
      assertThat(base.headFingerprint(read.spec(), read.seed())).isEqualTo(read.headFingerprint());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "{\"drawn\":false}",
        "{\"drawn\":true,\"rows\":[0,1,2]}",
        "{\"rows\":[0,1]}",
        "{\"rows\":[0,1,3]}",
        "{\"rows\":[0,1,1]}",
        "{\"rows\":[0,1,\"2\"]}",
        "{\"rows\":[0,1,2.0]}",
        "{\"rows\":{\"0\":0}}",
        "{\"rows\":3}"
      })
  void damageIsRefused(String json) {
    Map<String, String> metadata = metadata(ClassifierStart.DRAWN);
    metadata.put("classifier_start", json);
    assertThatThrownBy(() -> DeltaMetadata.read("d", metadata))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read d: its metadata");
  }
}
