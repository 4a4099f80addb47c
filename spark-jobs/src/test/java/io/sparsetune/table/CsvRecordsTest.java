package io.sparsetune.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of csv as Python and pandas read them, but for what stands behind a closing quote. */
class CsvRecordsTest {

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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a,b;c,d;                | [a, b][c, d]
          a,b;c,d                 | [a, b][c, d]
          ;a,b;;;c,d;;            | [a, b][c, d]
          "a;b",";";c,d           | [a;b, ;][c, d]
          "a ""b"" c",d           | [a "b" c, d]
          "",;,""                 | [, null][null, ]
          "";a                    | [][a]
          a "b,"c" ,d             | [a "b, c, d]
          a,;,                    | [a, null][null, null]
          """)
  void recordsEndAtEachLineEndOutsideOfQuotes(String text, String expected) throws IOException {
    for (String end : new String[] {"\n", "\r\n", "\r"}) {
      assertThat(records(text.strip().replace(";", end))).isEqualTo(expected.replace(";", end));
    }
  }

  @Test
  void lineEndsMayDifferFromLineToLineInTheHeaderToo() throws IOException {
    String[] ends = {"\n", "\r\n", "\r"};
    for (int mixture = 0; mixture < 27; mixture++) {
      String text =
          "text,label%sa,x%s\"b\r\nc\rd\ne\",y%sf,z"
              .formatted(ends[mixture % 3], ends[mixture / 3 % 3], ends[mixture / 9]);
      assertThat(records(text)).isEqualTo("[text, label][a, x][b\r\nc\rd\ne, y][f, z]");
    }
    assertThat(records("a,b\n\r\n\r1,2\r\r3,4\n")).isEqualTo("[a, b][1, 2][3, 4]");
  }

  @Test
  void whereBytesArriveInPiecesIsOfNoMatter() throws IOException {
    String text = "a,\"b\"\r\n".repeat(20_000);
    assertThat(records(text)).isEqualTo("[a, b]".repeat(20_000));
    assertThat(records(" " + text)).isEqualTo("[ a, b]" + "[a, b]".repeat(19_999));
  }

  private static String records(String text) throws IOException {
    StringBuilder all = new StringBuilder();
    try (CsvRecords records = records(text.getBytes(StandardCharsets.UTF_8))) {
      while (records.next()) {
        all.append(records.fields());
      }
    }
    return all.toString();
  }

  private static CsvRecords records(byte[] text) throws IOException {
    return new CsvRecords(new ByteArrayInputStream(text));
  }

  private static long wrongField(String text) throws IOException {
    try (CsvRecords records = records(text.getBytes(StandardCharsets.UTF_8))) {
      while (records.next()) {
        assertThat(records.fields()).isNotEmpty();
      }
      return 0;
    } catch (CsvRecords.WrongQuoteException e) {
      return e.line();
    }
  }
}
