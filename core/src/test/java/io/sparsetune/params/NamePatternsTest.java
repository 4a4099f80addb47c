package io.sparsetune.params;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternsTest {
  @ParameterizedTest
  @CsvSource({
    "encoder.layer.*, encoder.layer.0.output.dense.bias, true",
    "encoder.layer.*, xencoder.layer.0.output.dense.bias, false",
    "*.bias, encoder.layer.0.output.dense.bias, true",
    "*.bias, encoder.layer.0.output.dense.biases, false",
    "*, anything, true",
    "a*c.*d, abc.xd, true",
    "a*c.*d, abcxd, false",
    "query, encoder.layer.0.attention.self.query.weight, true",
    "quer, encoder.layer.0.attention.self.query.weight, false",
    "output.dense, encoder.layer.0.output.dense.bias, true",
    "output.dense, encoder.layer.0.outputxdense.bias, false",
    "layer.1, encoder.layer.11.output.dense.bias, false",
    "a*b, aab, true",
    "ab*b, ab, false",
    "a*a*b, ab, false",
    "*ab*, xab, true",
    "pooler.dense.weight, pooler.dense.weight, true",
  })
  void starMatchesAnythingAndOtherPatternsDottedParts(
      String pattern, String name, boolean matches) {
    assertThat(new NamePatterns(List.of("no", pattern)).matches(name)).isEqualTo(matches);
  }

  @Test
  void starsWithoutEndAreMatchedAllTheSame() {
    String name = "a".repeat(1_000);
    assertThat(new NamePatterns(List.of("*a".repeat(20) + "*b")).matches(name)).isFalse();
    assertThat(new NamePatterns(List.of("*a".repeat(20))).matches(name)).isTrue();
  }
}
