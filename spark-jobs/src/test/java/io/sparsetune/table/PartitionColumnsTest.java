package io.sparsetune.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.task.Labels;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.SharedSession;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Columns that folders stand for. */
class PartitionColumnsTest extends TableFiles {
  private static final List<String> STRANGE = List.of("001", "a:b/c=d", "50% \u00e9");

  @Test
  void foldersThatSparkWroteAreAColumnInEveryFormat() {
    StringBuilder rows = new StringBuilder("values ('w', null)");
    STRANGE.forEach(value -> rows.append(", ('w', '%s')".formatted(value)));
    Dataset<Row> table =
        SharedSession.get().sql("select * from (%s) as t(text, label)".formatted(rows));
    onBadRow = OnBadRow.SKIP;
    for (String format : List.of("parquet", "json", "csv")) {
      String name = format + "-folders";
      table
          .coalesce(1)
          .write()
          .option("header", "true")
          .partitionBy("label")
          .format(format)
          .save(folder.resolve(name).toString());
      assertThat(table(name).schema().fieldNames()).containsExactly("text", "label");
      assertThat(load(name).labels()).as(format).contains(Labels.sortedDistinct(STRANGE));
    }
    onBadRow = OnBadRow.FAIL;
    assertThatThrownBy(() -> load("json-folders"))
        .hasMessageContaining("label=__HIVE_DEFAULT_PARTITION__/part")
        .hasMessageContaining("column 'label' has no label (null)");
  }

  @Test
  void howAPathPointsDoesNotMatter() throws IOException {
    make("t/a=1/_b=2/x.csv", "text\nw\n");
    make("t/a=2/_b=%C3%A9/sub/y.csv", "text\nw\n");
    for (String path : List.of("t", "t/a=1", "t/a=1/_b=2", "t/a=1/_b=2/x.csv", "t/*/_b=*/x.csv")) {
      assertThat(table(path).schema().fieldNames()).as(path).containsExactly("text", "a", "_b");
    }
    assertThat(rows("t", "_b", "text", "a")).containsExactly("[2,w,1]", "[\u00e9,w,2]");
    // Other folders above what is named end the search for columns.
    make("c=1/plain/z.csv", "text\nw\n");
    assertThat(table("c=1/plain").schema().fieldNames()).containsExactly("text");
    assertThat(table("c=1/plain/z.csv").schema().fieldNames()).containsExactly("text");
  }

  @Test
  void aColumnOfTheFilesGoesBeforeFoldersOfItsName() throws IOException {
    make("t/Label=a/x.jsonl", "{\"text\":\"w\",\"label\":\"x\"}\n");
    make("t/Label=b/y.jsonl", "{\"text\":\"w\",\"label\":\"y\"}\n");
    assertThat(table("t").schema().fieldNames()).containsExactly("label", "text");
    assertThat(load("t").labels()).contains(Labels.of(List.of("x", "y")));
  }

  @Test
  void aFileOutsideSuchFoldersHasNoValue() throws IOException {
    make("t/dt=1/x.csv", "text,label\nv,x\n");
    make("t/y.csv", "text,label\nw,y\n");
    assertThat(rows("t", "text", "dt")).containsExactly("[v,1]", "[w,null]");
    assertThat(load("t").examples()).isEqualTo(2);
  }

  @Test
  void foldersThatATaskDoesNotUseChangeNothing() throws IOException {
    String rows = "text,label\na,x\nb,y\n";
    make("t/dt=1/x.csv", rows);
    write("plain.csv", rows);
    assertThat(load("t").hash()).isEqualTo(load("plain.csv").hash());
  }

  @Test
  void numbersForRegressionAreTakenFromFolders() throws IOException {
    type = TaskType.REGRESSION;
    make("t/label=1.50/x.csv", "text\na\n");
    make("t/label=-2/x.csv", "text\nb\n");
    assertThat(load("t").examples()).isEqualTo(2);
  }

  private List<String> rows(String name, String... columns) {
    return table(name).rowsInOrder(Arrays.asList(columns)).collect().stream()
        .map(row -> row.cells().toString())
        .toList();
  }

  private void make(String name, String content) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    write(name, content);
  }
}
