package io.sparsetune.params;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
    "pooler.dense.weight, pooler.dense.weight, true",
  })
  void starMatchesAnythingAndOtherPatternsDottedParts(
      String pattern, String name, boolean matches) {
    assertThat(new NamePatterns(List.of("no", pattern)).matches(name)).isEqualTo(matches);
  }
}
