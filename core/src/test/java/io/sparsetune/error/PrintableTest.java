package io.sparsetune.error;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {
  private static final int[][] OBEYED = {
    {0, 8},
    {0xb, 0x1f},
    {0x7f, 0x9f},
    {0x61c, 0x61c},
    {0x200b, 0x200b},
    {0x200e, 0x200f},
    {0x2028, 0x202e},
    {0x2060, 0x2064},
    {0x2066, 0x206f},
    {0xd800, 0xdfff},
    {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},
    {0xfffe, 0xffff},
    {0xe0001, 0xe0001},
    {0xe0020, 0xe007f},
    {0x10ffff, 0x10ffff}
  };

  @Test
  void noCharacterThatATerminalObeysIsLeft() {
    for (int[] range : OBEYED) {
      for (int c = range[0]; c <= range[1]; c++) {
        String text = "a" + Character.toString(c) + "b";
        assertThat(Printable.lines(text)).as("U+%04X", c).matches("a(\\\\u[0-9a-f]{4})+b");
        assertThat(Printable.line(text)).isEqualTo(Printable.lines(text));
      }
    }
  }

  @Test
  void whatPeopleWriteIsLeftAsItIs() {
    String text = "Größe, 大小, שלום, हिन्दी, 👩\u200d💻, \\u0041, é";
    assertThat(Printable.line(text)).isEqualTo(text);
    assertThat(Printable.lines("a\tb\nc")).isEqualTo("a\tb\nc");
    assertThat(Printable.line("a\tb\nc")).isEqualTo("a\\u0009b\\u000ac");
  }

  @Test
  void escapedJsonIsTheSameJson() throws JsonProcessingException {
    ObjectMapper json = new ObjectMapper();
    StringBuilder all = new StringBuilder();
    for (int[] range : OBEYED) {
      if (range[0] != 0xd800) {
        all.appendCodePoint(range[0]).appendCodePoint(range[1]);
      }
    }
    String written = json.writeValueAsString(all.toString());
    assertThat(json.readTree(Printable.lines(written)).asText()).isEqualTo(all.toString());
  }

  @ParameterizedTest
  @CsvSource({"401, 1", "50000, 1", "399, 30", "10, 5000"})
  void aMessageIsCutInTheMiddleOfWhatIsLong(int length, int words) {
    String message = "Cannot find " + ("x".repeat(length) + " ").repeat(words) + "in the end.txt";
    assertThat(Printable.message(message))
        .startsWith("Cannot find xxx")
        .endsWith("in the end.txt")
        .containsPattern(" \\([0-9,]+ characters\\) …")
        .hasSizeLessThan(4_000);
    assertThat(Printable.message("two\n  lines\r\n\n and\u001b[2J"))
        .isEqualTo("two; lines; and\\u001b[2J");
    assertThat(Printable.message("2 problems:\n  - one\n    more\n  - two"))
        .isEqualTo("2 problems:\n  - one; more\n  - two");
  }
}
