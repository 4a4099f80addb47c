package io.sparsetune.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class RowHashTest {

  @Test
  void isTheSha256OfLengthPrefixedFields() {
    // printf '\0\0\0\2hi\0\0\0\3\xc3\xa9!' | sha256sum
    assertThat(RowHash.of("hi", "é!").hex())
        .isEqualTo("842635f8942d04234d765fa65fd48fa4806bb9a12d8186f7a83efc7a421e0210");
  }

  @Test
  void whereOneFieldEndsAndTheNextBeginsMatters() {
    assertThat(RowHash.of("ab", "c")).isNotEqualTo(RowHash.of("a", "bc"));
    assertThat(RowHash.of("a", "")).isNotEqualTo(RowHash.of("a"));
  }

  @Test
  void addsModulo2To256() {
    RowHash ones = new RowHash(-1, -1, -1, -1);
    List<RowHash> hashes = new ArrayList<>(List.of(ones, ones, new RowHash(0, 0, 0, 1)));
    for (int i = 0; i < 200; i++) {
      hashes.add(RowHash.of("row " + i));
    }
    BigInteger expected = BigInteger.ZERO;
    RowHash sum = RowHash.ZERO;
    for (RowHash hash : hashes) {
      expected = expected.add(new BigInteger(hash.hex(), 16)).mod(BigInteger.TWO.pow(256));
      sum = sum.plus(hash);
      assertThat(new BigInteger(sum.hex(), 16)).isEqualTo(expected);
    }
  }

  @Test
  void ordersLikeItsHexadecimalDigits() {
    List<RowHash> hashes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      hashes.add(RowHash.of(Integer.toString(i)));
    }
    Collections.sort(hashes);
    assertThat(hashes.stream().map(RowHash::hex).toList()).isSorted();
  }

  @Test
  void aShareHoldsAboutThatManyRows() {
    int inShare = 0;
    for (int i = 0; i < 10_000; i++) {
      inShare += RowHash.of("row", Integer.toString(i)).inShare(0.1) ? 1 : 0;
    }
    assertThat(inShare).isBetween(850, 1150);
    assertThat(RowHash.of("row").inShare(0)).isFalse();
    assertThat(RowHash.of("row").inShare(1)).isTrue();
  }
}
