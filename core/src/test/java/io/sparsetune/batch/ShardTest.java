package io.sparsetune.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.text.Tokens;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Examples of several sequences, packed and taken out again. */
class ShardTest {
  private static final EncodedExample FIRST = example(1, tokens(1, 2), tokens(3));
  private static final EncodedExample SECOND = example(0, tokens(4), tokens(5, 6, 7));

  @Test
  void examplesKeepTheirSequencesInWhateverOrderTheyAreTaken() {
    Shard shard = Shard.pack(0, List.of(FIRST, SECOND));
    assertThat(shard.size()).isEqualTo(2);
    assertThat(shard.sequences()).isEqualTo(2);
    assertThat(shard.starts()).containsExactly(0, 2, 3, 4, 7);
    assertThat(shard.length(0)).isEqualTo(3);
    assertThat(shard.length(1)).isEqualTo(4);
    MicroBatch batch = shard.gather(1, 0, 1);
    assertThat(batch.tokenIds()).containsExactly(4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7);
    assertThat(batch.typeIds()).containsExactly(0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1);
    assertThat(batch.starts()).containsExactly(0, 1, 4, 6, 7, 8, 11);
    assertThat(batch.targets()).containsExactly(0, 1, 0);
    assertThat(batch.examples()).isEqualTo(3);
    assertThat(batch.sequences()).isEqualTo(6);
  }

  @Test
  void noExamplesAreNoSequences() {
    Shard none = Shard.pack(3, List.of());
    assertThat(none.size()).isZero();
    assertThat(none.sequences()).isEqualTo(1);
    assertThat(none.gather().sequences()).isZero();
  }

  @Test
  void allExamplesHaveAsManySequences() {
    EncodedExample single = example(0, tokens(1));
    List<EncodedExample> mixed = List.of(FIRST, single);
    assertThatThrownBy(() -> Shard.pack(0, mixed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid examples: one of 1 sequences among others of 2");
    assertThatThrownBy(
            () -> new Shard(0, new int[3], new int[3], new int[] {0, 1, 2, 3}, new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid shard: 3 sequences for 2 examples");
    assertThatThrownBy(
            () -> new MicroBatch(new int[3], new int[3], new int[] {0, 1, 2, 3}, new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid micro-batch: its arrays do not fit each other");
  }

  @Test
  void aSequenceHasAToken() {
    assertThatThrownBy(() -> example(0, tokens(1), tokens()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid example: 1 tokens, 1 types, sequences at [0, 1, 1]");
  }

  private static EncodedExample example(float target, Tokens... sequences) {
    return EncodedExample.of(RowHash.ZERO, List.of(sequences), target);
  }

  /** Of type 0 but for the last token. */
  private static Tokens tokens(int... ids) {
    int[] types = new int[ids.length];
    if (ids.length > 1) {
      types[ids.length - 1] = 1;
    }
    return new Tokens(ids, types, false);
  }
}
