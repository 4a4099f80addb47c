package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.error.ConfigException;
import io.sparsetune.error.DataException;
import io.sparsetune.table.BadRow;
import io.sparsetune.table.Records;
import io.sparsetune.table.TableFiles;
import io.sparsetune.task.Labels;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.SharedSession;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is said about tables that cannot be used. */
class TableRefusalsTest extends TableFiles {
  @Test
  void aNameThatWouldBeAGlobIsRefused() throws IOException {
    write("a[1].csv", "text,label\na,x\n");
    assertThatThrownBy(() -> load("a[1].csv"))
        .hasMessage(
            "Cannot read data.train: the name of %s/a[1].csv has one of the characters {}[]*?\\ that globs are made of. Rename it."
                .formatted(folder));
  }

  @Test
  void aMissingFileIsNamedWithTheNearestOne() throws IOException {
    write("train.csv", "text,label\na,x\n");
    assertThatThrownBy(() -> load("trian.csv"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read data.train: %s/trian.csv does not exist. Did you mean 'train.csv'?"
                .formatted(folder));
  }

  @Test
  void dataOnAFileSystemThatNobodyReadsAreAMistakeToMend() {
    assertThatThrownBy(() -> loader(List.of("far://there/train.csv")).train(2, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(
            "Cannot reach far://there/train.csv: there is no file system for far://");
  }

  @Test
  void emptyFilesAreRefused() throws IOException {
    write("a.csv", "");
    assertThatThrownBy(() -> load("a.csv"))
        .hasMessage("Cannot read data.train: %s/a.csv is empty.".formatted(folder));
    write("b.csv", "text,label\n");
    assertThatThrownBy(() -> load("b.csv"))
        .hasMessage("Cannot use data.train: %s/b.csv has no rows.".formatted(folder));
    Files.createDirectory(folder.resolve("none"));
    assertThatThrownBy(() -> load("none"))
        .hasMessage("Cannot read data.train: %s/none has no files.".formatted(folder));
  }

  @Test
  void anUnknownSuffixNeedsAFormat() throws IOException {
    write("a.txt", "text,label\na,x\nb,y\n");
    assertThatThrownBy(() -> load("a.txt"))
        .hasMessage(
            "Cannot tell the format of a.txt (data.train) by its suffix."
                + " Set data.format: csv, tsv, jsonl or parquet.");
  }

  @Test
  void filesOfOneListAreOfOneFormat() throws IOException {
    write("a.csv", "text,label\na,x\n");
    write("b.tsv", "text\tlabel\nb\ty\n");
    assertThatThrownBy(() -> load("*.?sv"))
        .hasMessage(
            "Cannot read data.train: %s/a.csv is csv, but %s/b.tsv is tsv. One list must be of one format."
                .formatted(folder, folder));
  }

  @Test
  void aWrongColumnIsNamedWithTheNearestOneAndAllThereAre() throws IOException {
    write("a.csv", "txt,label,id\na,x,1\n");
    assertThatThrownBy(() -> load("a.csv"))
        .hasMessage(
            "Cannot find column 'text' (task.text) in %s/a.csv. Did you mean 'txt'? Its columns: txt, label, id."
                .formatted(folder));
  }

  @Test
  void aColumnThatIsNotASingleValueIsRefused() throws IOException {
    write("a.jsonl", "{\"text\":[\"a\",\"b\"],\"label\":\"x\"}\n");
    assertThatThrownBy(() -> load("a.jsonl"))
        .hasMessage(
            "Cannot use column 'text' (task.text) of %s/a.jsonl: its type is array, not text or a number."
                .formatted(folder));
  }

  @Test
  void filesWithOtherHeadersAreRefused() throws IOException {
    Files.createDirectory(folder.resolve("parts"));
    write("parts/a.csv", "text,label\na,x\nb,y\n");
    write("parts/b.csv", "label,text\nx,c\n");
    assertThatThrownBy(() -> load("parts"))
        .hasMessage(
            "Cannot read data.train: unlike %1$s/parts/a.csv, %1$s/parts/b.csv has the header label,text instead of text, label."
                .formatted(folder));
    write("parts/b.csv", "text,label,id\nc,x,1\n");
    assertThatThrownBy(() -> load("parts"))
        .hasMessageContaining("parts/b.csv has the header text,label,id instead of text, label.");
  }

  @Test
  void aQuoteThatIsNotClosedIsRefusedForItHidesRows() throws IOException {
    write("a.csv", "label,text\nx,a\ny,\"b\nx,c\ny,d\n");
    assertThatThrownBy(() -> load("a.csv"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read data.train: the quoted field that begins in line 3 of %s/a.csv is never closed, or has a quote inside that is not doubled."
                .formatted(folder));
    write("b.csv", "text,label\na,x\n\"b,y\nc,x\n\"d,y\n");
    assertThatThrownBy(() -> load("b.csv"))
        .hasMessageContaining("begins in line 3 of " + folder + "/b.csv");
  }

  @Test
  void aLineOfJsonIsOneObjectAndNothingElse() throws IOException {
    String good = "{\"text\":\"a\",\"label\":\"x\"}";
    for (String bad :
        List.of(good + good, good + " garbage", "[" + good + "," + good + "]", "null", "3")) {
      write("a.jsonl", good + "\n \n" + bad + "\n");
      assertThatThrownBy(() -> load("a.jsonl"))
          .as(bad)
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(
              "Cannot use row 2 of %s/a.jsonl: it breaks the format: %s."
                  .formatted(folder, BadRow.cut(bad)));
    }
    onBadRow = OnBadRow.SKIP;
    write("a.jsonl", good + "\n" + good + good + "\n" + good.replace("\"x\"", "\"y\"") + "\n");
    assertThat(load("a.jsonl").examples()).isEqualTo(2);
    assertThat(load("a.jsonl").skipped()).isEqualTo(1);
  }

  @Test
  void linesWithoutAnyObjectAreNoTable() throws IOException {
    write("a.jsonl", "{\n  \"text\": \"a\",\n  \"label\": \"x\"\n}\n");
    assertThatThrownBy(() -> load("a.jsonl"))
        .hasMessage(
            "Cannot read data.train: no line of %s/a.jsonl is a JSON object of one column or more (of the first one, it breaks the format: {). Write one object of \"key\": value in each line."
                .formatted(folder));
    write("a.jsonl", "{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}\n");
    assertThatThrownBy(() -> load("a.jsonl")).hasMessageContaining("nested more than 100 deep)");
    write("a.jsonl", "{}\n");
    assertThatThrownBy(() -> load("a.jsonl")).hasMessageContaining("of one column or more. Write");
  }

  @Test
  void aNumberThatIsNoneIsNoLabel() {
    SharedSession.get()
        .sql("select 'a' as text, 1.0D as label union all select 'b', double('NaN')")
        .coalesce(1)
        .write()
        .parquet(folder.resolve("a.parquet").toString());
    assertThatThrownBy(() -> load("a.parquet"))
        .hasMessageContaining("column 'label' has no label (null).");
  }

  @Test
  void aParquetFileThatIsDamagedIsRefused() throws IOException {
    Path written = folder.resolve("a.parquet");
    SharedSession.get()
        .sql("select 'a' as text, 'x' as label union all select 'b', 'y'")
        .coalesce(1)
        .write()
        .parquet(written.toString());
    Path file;
    try (Stream<Path> files = Files.list(written)) {
      file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(file);
    int footer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 8);
    bytes[bytes.length - 8 - footer] = -1;
    Path damaged = folder.resolve("damaged.parquet");
    Files.write(damaged, bytes);
    assertThatThrownBy(() -> load("damaged.parquet"))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read data.train: " + damaged + ": ");
  }

  @Test
  void aRowWithoutTextIsNamedByFileAndNumber() throws IOException {
    write("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":null,\"label\":\"y\"}\n");
    assertThatThrownBy(() -> load("a.jsonl"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use row 2 of %s/a.jsonl: column 'text' has no text (null). Mend it, or set data.on_bad_row: skip."
                .formatted(folder));
  }

  @Test
  void aRowWithoutLabelIsNamedByFileAndNumber() throws IOException {
    write("a.csv", "text,label\na,x\nb,y\nc,\n");
    assertThatThrownBy(() -> load("a.csv"))
        .hasMessageContaining("row 3 of " + folder + "/a.csv: column 'label' has no label (null).");
  }

  @Test
  void aRowThatBreaksTheFormatIsShown() throws IOException {
    write("a.csv", "text,label\na,x\nb,y,z\nc,x\n");
    assertThatThrownBy(() -> load("a.csv"))
        .hasMessageContaining("row 2 of " + folder + "/a.csv: it breaks the format: b,y,z.");
    write("a.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\n");
    assertThatThrownBy(() -> load("a.jsonl"))
        .hasMessageContaining("row 2 of " + folder + "/a.jsonl: it breaks the format: {\"text\":.");
  }

  @Test
  void aLabelNeverSeenInTrainingIsShownWithTheKnownOnes() throws IOException {
    write("a.csv", "text,label\na,x\nb,maybe\n");
    assertThatThrownBy(
            () ->
                loader("a.csv")
                    .evaluation(
                        "validation", paths("a.csv"), Optional.of(Labels.of(List.of("x", "y")))))
        .hasMessageContaining(
            "row 2 of %s/a.csv: label 'maybe' in column 'label' is not among the labels (task.labels, or those of the training data): x, y."
                .formatted(folder));
  }

  @Test
  void aTableMayHaveSoManyColumnsAndNoMore() throws IOException {
    String more = ",c".repeat(Records.MOST_COLUMNS - 2);
    write("a.csv", "text,label" + more + "\na,x" + more + "\nb,y" + more + "\n");
    assertThat(load("a.csv").examples()).isEqualTo(2);
    write("a.csv", "text,label" + more + ",c\na,x" + more + ",c\n");
    assertThatThrownBy(() -> load("a.csv"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read data.train: the header of %s/a.csv has more than 20,480 columns."
                .formatted(folder));
    write("a.tsv", "text\tlabel\na\tx" + "\tc".repeat(1_000_000) + "\nb\tx\nc\ty\n");
    onBadRow = OnBadRow.SKIP;
    assertThat(load("a.tsv").skipped()).isEqualTo(1);
  }

  @Test
  void regressionNeedsNumbers() throws IOException {
    type = TaskType.REGRESSION;
    write("a.csv", "text,label\na,1.5\nb,high\nc,NaN\n");
    assertThatThrownBy(() -> load("a.csv"))
        .hasMessageContaining(
            "row 2 of %s/a.csv: 'high' in column 'label' is not a finite number, which regression needs."
                .formatted(folder))
        .hasMessageEndingWith(" In all 2 have a label that is not a number.");
  }

  @Test
  void aLabelOfAnyNumberOfDigitsIsLookedAtOnce() throws IOException {
    type = TaskType.REGRESSION;
    String digits = "1".repeat(2_000_000);
    write("a.csv", "text,label\na,0.%s\nb,%sx\n".formatted(digits, digits));
    assertThatThrownBy(() -> load("a.csv"))
        .hasMessageContaining("row 2 of %s/a.csv: '11111".formatted(folder))
        .hasMessageContaining("is not a finite number");
  }

  @Test
  void oneLabelIsNotEnough() throws IOException {
    write("a.csv", "text,label\na,x\nb,x\n");
    assertThatThrownBy(() -> load("a.csv")).hasMessageContaining("every row has the label [x]");
  }
}
