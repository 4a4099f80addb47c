package io.sparsetune.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  private static ByteSource file(String text) {
    return ByteSource.of("f.json", text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "{}{}", "[]", "1", "{\"a\":1,\"a\":2}", "{'a':1}", "{a:1}", "{,}"})
  void whatIsNotOneObjectIsRefused(String text) {
    assertThatThrownBy(() -> StrictJson.readObject(file(text), 100))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith("Cannot read f.json: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\ud83d", "\\udE00", "\\ud83d\\u0041", "\\\\\\ud800x", "\\ud83d\\ud83d\\ude00"})
  void anEscapeOfHalfACharacterIsRefused(String escape) {
    for (String text : new String[] {"{\"a\":\"%s\"}", "{\"%s\":1}"}) {
      assertThatThrownBy(() -> StrictJson.readObject(file(text.formatted(escape)), 100))
          .isInstanceOf(CorruptFileException.class)
          .hasMessageContaining("is half of a character: a surrogate without the other");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud83d\\ude00", "\\\\ud800", "\\u00e9\\n", "d800"})
  void escapesOfWholeCharactersAreRead(String escape) {
    assertThat(StrictJson.readObject(file("{\"a\":\"" + escape + "\"}"), 100)).hasSize(1);
  }

  @Test
  void aFileThatIsTooLongIsNotRead() {
    assertThatThrownBy(() -> StrictJson.readObject(file("{\"abc\":1}"), 5))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read f.json: it has 9 bytes, more than the 5 expected of such a file");
  }

  @Test
  void nestingThatWouldOverflowTheStackIsRefused() {
    String deep = "{\"a\":" + "[".repeat(100_000);
    assertThatThrownBy(() -> StrictJson.readObject(file(deep), 1 << 20))
        .isInstanceOf(CorruptFileException.class);
  }

  @Test
  void canonicalTextDependsOnTheContentAlone() {
    String one = "{\"b\":[1, 2.50, 1e-12],\"a\":{\"y\":true,\"x\":null,\"z\":\"ü\\n\"}}";
    String other =
        "{\"a\":{\"x\":null,\"z\":\"\\u00fc\\n\",\"y\":true},\"b\":[1,2.5,0.000000000001]}";
    String canonical = CanonicalJson.write(StrictJson.readObject(file(one), 1000));
    assertThat(canonical)
        .isEqualTo("{\"a\":{\"x\":null,\"y\":true,\"z\":\"ü\\n\"},\"b\":[1,2.5,1E-12]}")
        .isEqualTo(CanonicalJson.write(StrictJson.readObject(file(other), 1000)));
  }

  @Test
  void numbersAreRoundedToTheFewestDigitsThatGiveThemBack() {
    assertThat(CanonicalJson.number(0.005)).isEqualTo("0.005");
    assertThat(CanonicalJson.number(1)).isEqualTo("1");
    assertThat(CanonicalJson.number(0x1p-44)).isEqualTo("5.6843418860808015E-14");
    for (double d : new double[] {1.0 / 3, 2e23, Double.MIN_VALUE, Math.PI}) {
      assertThat(Double.parseDouble(CanonicalJson.number(d))).isEqualTo(d);
    }
  }
}
