package io.sparsetune.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.Shard;
import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.data.RowReader;
import io.sparsetune.data.Survey;
import io.sparsetune.error.DataException;
import io.sparsetune.task.Labels;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.SharedSession;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What values in jsonl mean, and what is too much in a line. */
class JsonTableTest extends TableFiles {
  private static final String GOOD = row("\"a\"", "\"x\"") + row("\"b\"", "\"y\"");

  @Test
  void aNumberThatIsNoneIsMissingAsNullIs() throws IOException {
    write("a.jsonl", GOOD + row("\"c\"", "NaN"));
    assertThatThrownBy(() -> load("a.jsonl"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "row 3 of " + folder + "/a.jsonl: column 'label' has no label (null)");
    write("a.jsonl", GOOD + row("NaN", "\"x\""));
    assertThatThrownBy(() -> load("a.jsonl"))
        .hasMessageContaining("row 3 of " + folder + "/a.jsonl: column 'text' has no text (null).");
    assertThatThrownBy(() -> typed("a.jsonl")).hasMessageContaining("row 3 of ");
    onBadRow = OnBadRow.SKIP;
    assertThat(load("a.jsonl").skipped()).isEqualTo(1);
  }

  @Test
  void aNumberIsTheSameHoweverItIsWritten() throws IOException {
    write("a.jsonl", row("\"a\"", "1") + row("\"b\"", "0") + row("\"c\"", "-0.0"));
    write("b.jsonl", row("\"d\"", "1.0") + row("\"e\"", "0.0") + row("\"f\"", "10e-1"));
    assertThat(load("*.jsonl").labels()).contains(Labels.of(List.of("0", "1")));
    String[][] written = {
      {"9007199254740993", "9007199254740993"},
      {"9007199254740993.0", "9007199254740993"},
      {"9007199254740992", "9007199254740992"},
      {"1.50", "1.5"},
      {"1E3", "1000"},
      {"-2.5e-3", "-0.0025"},
      {"1e-999999999", "0"},
      {"1e300", "1" + "0".repeat(300)},
    };
    for (String[] number : written) {
      assertThat(JsonCells.number(number[0])).isEqualTo(number[1]);
    }
    type = TaskType.REGRESSION;
    write("c.jsonl", row("\"a\"", "1.0") + row("\"b\"", "2.50"));
    assertThat(load("c.jsonl").shards().map(Shard::targets).collect())
        .containsExactlyInAnyOrder(new float[] {1}, new float[] {2.5f});
  }

  @Test
  void whatIsNoSingleFiniteValueIsABadRow() throws IOException {
    for (String value : List.of("[\"a\"]", "[]", "{\"a\":1}", "{}", "Infinity", "-INF", "1e999")) {
      String what =
          switch (value.charAt(0)) {
            case '[' -> "a list";
            case '{' -> "an object";
            default -> "the number %s, which is not finite".formatted(value);
          };
      for (String column : List.of("text", "label")) {
        boolean text = column.equals("text");
        write("a.jsonl", GOOD + row(text ? value : "\"c\"", text ? "\"x\"" : value));
        assertThatThrownBy(() -> load("a.jsonl"))
            .isInstanceOf(DataException.class)
            .hasMessage(
                "Cannot use row 3 of %s/a.jsonl: column '%s' has %s; a text, a finite number or a flag belongs there. Mend it, or set data.on_bad_row: skip."
                    .formatted(folder, column, what));
        if (text) {
          assertThatThrownBy(() -> typed("a.jsonl"))
              .hasMessageContaining("column 'text' has " + what);
        }
      }
      onBadRow = OnBadRow.SKIP;
      assertThat(load("a.jsonl").examples()).isEqualTo(2);
      onBadRow = OnBadRow.FAIL;
    }
  }

  @Test
  void halfOfACharacterIsNoTextAndNoLabel() throws IOException {
    for (String half : List.of("\\ud800", "a\\udc00b", "\\ud83d\\ud83d\\ude00")) {
      for (String column : List.of("text", "label")) {
        boolean text = column.equals("text");
        String value = "\"" + half + "\"";
        write("a.jsonl", GOOD + row(text ? value : "\"c\"", text ? "\"x\"" : value));
        String what = "column '%s' has half of a character, %s;".formatted(column, shown(half));
        assertThatThrownBy(() -> load("a.jsonl"))
            .isInstanceOf(DataException.class)
            .hasMessageStartingWith("Cannot use row 3 of %s/a.jsonl: %s".formatted(folder, what));
        if (text) {
          assertThatThrownBy(() -> typed("a.jsonl")).hasMessageContaining(what);
        }
      }
    }
    write("a.jsonl", GOOD + row("\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\""));
    assertThat(load("a.jsonl").labels().orElseThrow().names()).contains("\ud83d\ude00");
  }

  private static String shown(String half) {
    return half.substring(half.indexOf('\\'), half.indexOf('\\') + 6);
  }

  @Test
  void theLastOfSeveralValuesOfAKeyCounts() throws IOException {
    write("a.jsonl", "{\"text\":\"a\",\"label\":[],\"label\":1,\"text\":\"b\"}\n" + GOOD);
    assertThat(texts("a.jsonl")).containsExactly("b", "a", "b");
    assertThat(load("a.jsonl").labels()).contains(Labels.of(List.of("1", "x", "y")));
  }

  @Test
  void whatIsNestedTooDeepIsABadRowInWhicheverColumn() throws IOException {
    String bad =
        "it has objects or lists nested more than 100 deep. Mend it, or set data.on_bad_row: skip.";
    for (int levels : new int[] {101, 400, 420, 700, 1_000, 1_001, 100_000}) {
      for (String deep : List.of(lists(levels - 1), objects(levels - 1))) {
        write("a.jsonl", GOOD + row("\"c\"", "\"x\",\"unused\":" + deep));
        assertThatThrownBy(() -> load("a.jsonl"))
            .isInstanceOf(DataException.class)
            .hasMessage("Cannot use row 3 of %s/a.jsonl: %s", folder, bad);
      }
    }
    write("b.jsonl", GOOD + row(lists(100), "\"x\"") + row("\"c\"", objects(100)));
    onBadRow = OnBadRow.SKIP;
    assertThat(load("b.jsonl").examples()).isEqualTo(2);
    assertThatThrownBy(() -> typed("b.jsonl"))
        .hasMessageContaining(
            "row 3 of %s/b.jsonl: it has objects or lists nested".formatted(folder));
  }

  @Test
  void whatIsNestedLessIsReadAndKeptByPredictions() throws IOException {
    for (int levels : new int[] {50, 100}) {
      for (String deep : List.of(lists(levels - 1), objects(levels - 1))) {
        write("a.jsonl", GOOD + row("\"c\"", "\"x\",\"unused\":" + deep));
        assertThat(load("a.jsonl").examples()).isEqualTo(3);
        Table table = typed("a.jsonl");
        String kept =
            table.rowsInOrder(List.of("unused")).map(row -> row.cells().json()).collect().get(2);
        assertThat(kept).isEqualTo("{\"unused\":%s}".formatted(deep));
      }
    }
  }

  @Test
  void objectsMayHaveAnyKeysWhereTheyAreNotUsed() throws IOException {
    String keys =
        IntStream.range(0, 30_000)
            .mapToObj(i -> "\"k%d\":1".formatted(i))
            .collect(Collectors.joining(","));
    write("a.jsonl", GOOD + row("\"c\"", "\"x\",\"votes\":{" + keys + "}"));
    assertThat(load("a.jsonl").examples()).isEqualTo(3);
    assertThatThrownBy(() -> typed("a.jsonl"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read data.train: the objects of %s/a.jsonl have more than 20,480 different keys, those of objects in objects among them. Write what differs from row to row as a list."
                .formatted(folder));
    write("b.jsonl", GOOD + row("\"c\"", "\"x\"," + keys));
    assertThatThrownBy(() -> load("b.jsonl"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("have more than 20,480 different keys.");
  }

  @Test
  void longTextsAreReadAndLongNumbersAreBadRows() throws IOException {
    // A compressed file is one task's; the session would cut this one into a thousand.
    try (OutputStream file =
        new GZIPOutputStream(Files.newOutputStream(folder.resolve("a.jsonl.gz")))) {
      String longRow = row("\"" + "c ".repeat(12_500_000) + "\"", "\"x\"");
      file.write((GOOD + longRow).getBytes(StandardCharsets.UTF_8));
    }
    assertThat(texts("a.jsonl.gz").get(2)).hasSize(25_000_000);
    write("b.jsonl", GOOD + row("\"c\"", "\"x\",\"unused\":" + "1".repeat(1_001)));
    assertThatThrownBy(() -> load("b.jsonl"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "row 3 of %s/b.jsonl: it has a number of more than 1,000 characters, or a key of more than 50,000."
                .formatted(folder));
    write("c.jsonl", GOOD + row("\"c\"", "\"x\",\"unused\":1e999999999"));
    assertThat(load("c.jsonl").examples()).isEqualTo(3);
    assertThat(typed("c.jsonl").rowsInOrder(List.of("text")).count()).isEqualTo(3);
  }

  private Table typed(String name) {
    RowReader reader = RowReader.ofTexts(Columns.withoutLabel(task()));
    Table table =
        Table.openTyped(
            SharedSession.get(), "data.train", paths(name), Optional.empty(), reader.names());
    table.require(Columns.withoutLabel(task()));
    Survey.of(table, reader, false, Survey.BadRows.MUST_BE_MENDED, "");
    return table;
  }

  private static String lists(int levels) {
    return "[".repeat(levels) + "]".repeat(levels);
  }

  private static String objects(int levels) {
    return "{\"a\":".repeat(levels) + "1" + "}".repeat(levels);
  }

  private static String row(String text, String label) {
    return "{\"text\":%s,\"label\":%s}\n".formatted(text, label);
  }
}
