package io.sparsetune.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.data.TrainData;
import io.sparsetune.task.Labels;
import io.sparsetune.testing.SharedSession;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Formats, and the rows that are read from them. */
class TableTest extends TableFiles {
  @Test
  void csvHasQuotesAndLineBreaksInFields() throws IOException {
    write("a.csv", "id,text,label\n1,\"one, \"\"two\"\"\nthree\",x\n2,four,y\n");
    assertThat(texts("a.csv")).containsExactly("one, \"two\"\nthree", "four");
  }

  @Test
  void tsvTakesQuotesAsTheyAre() throws IOException {
    write("a.tsv", "text\tlabel\n\"half quoted\tx\nsay \"no\", he\ty\n");
    assertThat(texts("a.tsv")).containsExactly("\"half quoted", "say \"no\", he");
  }

  @Test
  void jsonLinesKeepTextAndNumbersAsWritten() throws IOException {
    write("a.jsonl", "{\"text\":\"a\\nb\",\"label\":1}\n{\"label\":0,\"text\":\"c\"}\n");
    assertThat(texts("a.jsonl")).containsExactly("a\nb", "c");
    assertThat(load("a.jsonl").labels()).contains(Labels.of(List.of("0", "1")));
  }

  @Test
  void parquetHasTypesOfItsOwn() {
    SharedSession.get()
        .sql("select 'a' as text, 2.0D as label union all select 'b', 10.0D")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("a.parquet").toString());
    assertThat(texts("a.parquet")).containsExactlyInAnyOrder("a", "b");
    assertThat(load("a.parquet").labels()).contains(Labels.of(List.of("2", "10")));
  }

  @Test
  void aNumberIsTheSameTextInParquetAsInJsonl() throws IOException {
    List<String> numbers = List.of("1e-4", "0.25", "15000000.5", "1e16", "-2.5e-7", "3.0");
    StringBuilder lines = new StringBuilder();
    numbers.forEach(n -> lines.append("{\"text\": \"a\", \"label\": " + n + "}\n"));
    write("a.jsonl", lines.toString());
    Labels labels = load("a.jsonl").labels().orElseThrow();
    assertThat(labels.names()).contains("0.0001", "15000000.5", "10000000000000000", "3");
    for (String type : List.of("double", "decimal(38,10)")) {
      String rows =
          numbers.stream()
              .map(n -> "select 'a' as text, cast('%s' as %s) as label".formatted(n, type))
              .collect(Collectors.joining(" union all "));
      SharedSession.get()
          .sql(rows)
          .coalesce(1)
          .write()
          .parquet(folder + "/" + type.substring(0, 3) + ".parquet");
      assertThat(load(type.substring(0, 3) + ".parquet").labels()).as(type).contains(labels);
    }
  }

  @Test
  void decimalsAreTheNumbersThatTheyStandFor() {
    SharedSession.get()
        .sql(
            "select 'a' as text, cast(0 as decimal(38,18)) as label"
                + " union all select 'b', 1.5 union all select 'c', 1200")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("a.parquet").toString());
    assertThat(load("a.parquet").labels()).contains(Labels.of(List.of("0", "1.5", "1200")));
  }

  @Test
  void linesEndAsTheyLikeInEveryFormatAndMixture() throws IOException {
    String[] ends = {"\n", "\r\n", "\r"};
    for (String name : List.of("a.csv", "a.tsv", "a.jsonl")) {
      for (int mixture = 0; mixture < 9; mixture++) {
        String text =
            switch (name) {
              case "a.csv" -> "text,label%sa,x%sb,y\r";
              case "a.tsv" -> "text\tlabel%sa\tx%sb\ty\r";
              default -> "\n{\"text\":\"a\",\"label\":\"x\"}%s%s{\"text\":\"b\",\"label\":\"y\"}\r";
            };
        write(name, text.formatted(ends[mixture % 3], ends[mixture / 3]));
        assertThat(texts(name)).as(text).containsExactly("a", "b");
        assertThat(load(name).labels()).contains(Labels.of(List.of("x", "y")));
      }
    }
  }

  @Test
  void aFileIsTheSameRowsWhereverItIsDivided() throws IOException {
    // Each length of the first row moves the line ends over the borders of the parts.
    for (String end : List.of("\n", "\r\n", "\r")) {
      for (int first = 1; first <= 12; first++) {
        StringBuilder lines = new StringBuilder("text\tlabel" + end + "a".repeat(first) + "\tx");
        for (int i = 0; i < 5_000; i++) {
          lines.append(end).append("%06d\ty".formatted(i));
        }
        write("a.tsv", lines.toString());
        assertThat(table("a.tsv").rows(List.of("text")).getNumPartitions()).isGreaterThan(2);
        List<String> texts = texts("a.tsv");
        assertThat(texts).hasSize(5_001).doesNotHaveDuplicates();
        assertThat(texts.get(5_000)).isEqualTo("004999");
      }
    }
  }

  @Test
  void twoQuotesAreAnEmptyTextAndNothingIsNone() throws IOException {
    write("a.csv", "text,label\n\"\",x\nb,y\n");
    assertThat(texts("a.csv")).containsExactly("", "b");
    TrainData csv = load("a.csv");
    write("a.jsonl", "{\"text\":\"\",\"label\":\"x\"}\n{\"text\":\"b\",\"label\":\"y\"}\n");
    assertThat(csv.hash()).isEqualTo(load("a.jsonl").hash());
    write("b.csv", "text,label\na,x\n,y\n");
    assertThatThrownBy(() -> load("b.csv"))
        .hasMessage(
            "Cannot use row 2 of %s/b.csv: column 'text' has no text (null). An empty text is written \"\", in quotes. Mend it, or set data.on_bad_row: skip."
                .formatted(folder));
    write("c.csv", "text,label\na,\"\"\nb,x\n");
    assertThatThrownBy(() -> load("c.csv")).hasMessageContaining("column 'label' has no label");
  }

  @Test
  void compressedFilesAndFoldersAndGlobsAreRead() throws IOException {
    Files.createDirectory(folder.resolve("parts"));
    write("parts/a.csv", "text,label\na,x\n");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("parts/b (2).csv.gz")))) {
      out.write("text,label\nb,y\n".getBytes(StandardCharsets.UTF_8));
    }
    write("parts/_SUCCESS", "");
    assertThat(texts("parts")).containsExactly("a", "b");
    assertThat(texts("parts/*.csv*")).containsExactly("a", "b");
    assertThat(texts("parts/b (2).csv.gz")).containsExactly("b");
  }

  @Test
  void columnsThatATaskDoesNotUseMayHaveNoNameOrTheSameOne() throws IOException {
    write("a.csv", ",text,label,z,z\n0,a,x,q,r\n1,b,y,s,t\n");
    assertThat(texts("a.csv")).containsExactly("a", "b");
    assertThat(load("a.csv").examples()).isEqualTo(2);
    assertThat(table("a.csv").schema().fieldNames())
        .containsExactly("_c0", "text", "label", "z3", "z4");
    write("b.tsv", "text\tlabel\ttext\na\tx\tq\n");
    assertThatThrownBy(() -> load("b.tsv"))
        .hasMessage(
            "Cannot use column 'text' (task.text) of %s/b.tsv: its header has that name 2 times."
                .formatted(folder));
  }

  @Test
  void bytesThatAreNotUtf8AreNotReadAsText() throws IOException {
    for (String name : List.of("a.csv", "a.tsv", "a.jsonl")) {
      String rows =
          switch (name) {
            case "a.csv" -> "text,label\na,x\ncaf\u00e9,y\n";
            case "a.tsv" -> "text\tlabel\na\tx\ncaf\u00e9\ty\n";
            default ->
                "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\"caf\u00e9\",\"label\":\"y\"}\n";
          };
      Files.writeString(folder.resolve(name), rows, StandardCharsets.ISO_8859_1);
      assertThatThrownBy(() -> load(name))
          .hasMessageStartingWith(
              name.equals("a.jsonl")
                  ? "Cannot use row 2 of %s/a.jsonl: it breaks the format: ".formatted(folder)
                  : "Cannot use row 2 of %s/%s: 'caf\uFFFD' has U+FFFD, the character that stands for bytes that are not UTF-8."
                      .formatted(folder, name));
      write(name, rows);
      assertThat(texts(name)).containsExactly("a", "caf\u00e9");
    }
  }

  @Test
  void badRowsAreSkippedAndCountedOnRequest() throws IOException {
    onBadRow = OnBadRow.SKIP;
    write("a.csv", "text,label\na,x\n,y\nb,\nc,y\nd,y,1\n");
    TrainData data = load("a.csv");
    assertThat(data.examples()).isEqualTo(2);
    assertThat(data.skipped()).isEqualTo(3);
    write("b.csv", "text,label\n,x\n");
    assertThatThrownBy(() -> load("b.csv"))
        .hasMessage(
            "Cannot use data.train: %s/b.csv has no rows that can be used (1 have no text)."
                .formatted(folder));
  }

  @Test
  void aRowsNumberDoesNotDependOnHowTheFileIsSplit() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= 3000; i++) {
      String text = i == 2757 ? "null" : "\"word\"";
      lines.append("{\"text\":%s,\"label\":\"%d\"}\n".formatted(text, i % 2));
    }
    write("a.jsonl", lines.toString());
    assertThat(table("a.jsonl").rows(List.of("text")).getNumPartitions()).isGreaterThan(2);
    assertThatThrownBy(() -> load("a.jsonl"))
        .hasMessageContaining("row 2757 of " + folder + "/a.jsonl");
  }
}
