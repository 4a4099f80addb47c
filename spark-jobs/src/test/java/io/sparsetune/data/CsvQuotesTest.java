package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a quoted field begins that does not end well. */
class CsvQuotesTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a,b;                    | 0
          "a","b";                | 0
          "a ""b"" c",d;e,"";     | 0
          "a;b;c",d;              | 0
          a "b,c;d,e" f;          | 0
          "a" ,b;                 | 0
          a,"b;                   | 1
          a,b;c,"d;e,f;           | 2
          a,b;"c,d;e,f;"g,h;      | 2
          a,"b""                  | 1
          "a"b,c;                 | 1
          "a" "b",c;              | 1
          "a;b";"c;               | 3
          """)
  void theLineIsTheOneInWhichTheFieldBegins(String text, long line) throws IOException {
    for (String end : new String[] {"\n", "\r\n", "\r"}) {
      assertThat(wrongField(text.strip().replace(";", end))).isEqualTo(line);
    }
    assertThat(wrongField("\uFEFF" + text.strip().replace(";", "\n"))).isEqualTo(line);
  }

  private static long wrongField(String text) throws IOException {
    return CsvQuotes.wrongField(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }
}
