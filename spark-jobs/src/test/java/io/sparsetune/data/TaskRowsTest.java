package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.Shard;
import io.sparsetune.config.DataConfig;
import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.error.DataException;
import io.sparsetune.table.Columns;
import io.sparsetune.table.Table;
import io.sparsetune.task.Labels;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TinyTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks of several columns: choices, marked spans, and columns that lie in others. */
class TaskRowsTest {
  private static final String SPANS = "task: {type: spans}";
  private static final String CHOICES =
      "task: {type: multiple_choice, text: premise, question: question}";

  /** As SuperGLUE writes them. */
  private static final String WSC =
      """
      {"text": "Mark told Pete many lies, which he believed.", "target": {"span2_index": 6, \
      "span1_index": 0, "span1_text": "Mark", "span2_text": "he"}, "idx": 0, "label": false}
      {"text": "Mark told Pete many lies, which he believed.", "target": {"span2_index": 6, \
      "span1_index": 2, "span1_text": "Pete", "span2_text": "he"}, "idx": 1, "label": true}
      """;

  private static final String COPA =
      """
      {"premise": "My body cast a shadow.", "choice1": "The sun rose.", "choice2": "I sat.", \
      "question": "cause", "label": 0, "idx": 0}
      {"premise": "I tipped the bottle.", "choice1": "It froze.", "choice2": "It poured out.", \
      "question": "effect", "label": 1, "idx": 1}
      {"premise": "He ran.", "choice1": "Late.", "choice2": "Lame.", "question": "Why?", \
      "label": 0, "idx": 2}
      """;

  @TempDir private Path folder;

  @Test
  void twoSpansAreMarkedInTheTextWhateverFormatHoldsThem() throws IOException {
    Path lines = write(WSC);
    Path parquet = folder.resolve("rows.parquet");
    SharedSession.get().read().json(lines.toString()).coalesce(1).write().parquet(parquet + "");
    for (Path file : List.of(lines, parquet)) {
      assertThat(sequences(SPANS, file))
          .containsExactly(
              List.of(one("*Mark* told Pete many lies, which #he# believed.")),
              List.of(one("Mark told *Pete* many lies, which #he# believed.")));
      TrainData data = train(SPANS, file);
      assertThat(data.labels()).contains(Labels.of(List.of("false", "true")));
      assertThat(data.shards().first().targets()).containsExactlyInAnyOrder(0f, 1f);
    }
    assertThat(train(SPANS, lines).hash()).isEqualTo(train(SPANS, parquet).hash());
  }

  @Test
  void spansMayStandInColumnsOfTheirOwn() throws IOException {
    Path file = folder.resolve("rows.csv");
    Files.writeString(file, "text,a,i,b,j,label\na b c d,b,1,d,3,x\n");
    String task =
        "task: {type: spans, span1_text: a, span1_index: i, span2_text: b, span2_index: j}";
    assertThat(sequences(task, file)).containsExactly(List.of(one("a *b* c #d#")));
  }

  @Test
  void aColumnsOwnDotsGoBeforeThoseOfAPath() throws IOException {
    Path file =
        write("{\"a.b\": \"own\", \"a\": {\"b\": \"inner\", \"c.d\": {\"e\": 1}}, \"l\": 1}\n");
    assertThat(sequences("task: {text: a.b, label: l}", file)).containsExactly(List.of(one("own")));
    assertThat(sequences("task: {text: a.c.d.e, label: l}", file))
        .containsExactly(List.of(one("1")));
  }

  @Test
  void everyChoiceFollowsTheTextAndItsQuestion() throws IOException {
    assertThat(sequences(CHOICES, write(COPA)))
        .containsExactly(
            List.of(
                two("My body cast a shadow. What was the cause of this?", "The sun rose."),
                two("My body cast a shadow. What was the cause of this?", "I sat.")),
            List.of(
                two("I tipped the bottle. What happened as a RESULT?", "It froze."),
                two("I tipped the bottle. What happened as a RESULT?", "It poured out.")),
            List.of(two("He ran. Why?", "Late."), two("He ran. Why?", "Lame.")));
    assertThat(sequences("task: {type: multiple_choice, text: premise}", write(COPA)).get(2))
        .containsExactly(two("He ran.", "Late."), two("He ran.", "Lame."));
  }

  @Test
  void anExampleHasASequenceForEachChoice() throws IOException {
    TrainData data = train(CHOICES, write(COPA));
    assertThat(data.labels()).contains(Labels.of(List.of("0", "1")));
    Shard shard = data.shards().first();
    assertThat(shard.size()).isEqualTo(3);
    assertThat(shard.sequences()).isEqualTo(2);
    assertThat(shard.starts()).hasSize(7);
    assertThat(shard.targets()).containsExactlyInAnyOrder(0f, 1f, 0f);
    assertThat(data.truncated()).isEqualTo(2);
  }

  @Test
  void aSpanThatDoesNotStandAtItsIndexIsABadRow() throws IOException {
    Path file = write(WSC.replace("\"span1_index\": 2", "\"span1_index\": 3"));
    assertThatThrownBy(() -> train(SPANS, file))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use row 2 of %s: the span 'Pete' (column 'target.span1_text') does not stand at"
                + " word 3 of the text (column 'target.span1_index'), where 'many' stands. Mend it,"
                + " or set data.on_bad_row: skip.",
            file);
    Path beyond = write(WSC.replace("\"span2_index\": 6", "\"span2_index\": 60"));
    assertThatThrownBy(() -> train(SPANS, beyond))
        .hasMessageContaining(
            "row 1 of %s: the span 'he' (column 'target.span2_text') does not stand at word 60 of"
                + " the text (column 'target.span2_index'), which has 8 words.",
            beyond)
        .hasMessageEndingWith("In all 2 have a span that does not stand at its index.");
    Path negative = write(WSC.replace("\"span2_index\": 6", "\"span2_index\": -6"));
    assertThatThrownBy(() -> train(SPANS, negative))
        .hasMessageContaining(
            "row 1 of %s: '-6' in column 'target.span2_index' is not the number of a word, from 0.",
            negative);
    Path none = write(WSC.replace("\"span1_text\": \"Pete\"", "\"span1_text\": null"));
    assertThatThrownBy(() -> train(SPANS, none))
        .hasMessageContaining("row 2 of %s: column 'target.span1_text' has no text (null).", none);
  }

  @Test
  void aLabelThatIsNoChoicesIndexIsABadRow() throws IOException {
    Path file = write(COPA.replace("\"label\": 1", "\"label\": 2"));
    assertThatThrownBy(() -> train(CHOICES, file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(
            "Cannot use row 2 of %s: '2' in column 'label' is not the index of a choice, which counts from 0: 0, 1."
                .formatted(file));
  }

  @Test
  void aColumnThatIsNotInTheOtherIsNamedWithTheNearestOne() throws IOException {
    Path file = write(WSC);
    assertThatThrownBy(() -> train("task: {type: spans, span1_text: target.span1_txt}", file))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot find column 'target.span1_txt' (task.span1_text) in %s. Did you mean"
                + " 'target.span1_text'? Its columns: idx, label, target.span1_index,"
                + " target.span1_text, target.span2_index, target.span2_text, text.",
            file);
    assertThatThrownBy(() -> train("task: {text: target}", file))
        .hasMessage(
            "Cannot use column 'target' (task.text) of %s: its type is struct, not text or a"
                + " number.",
            file);
  }

  @Test
  void flagsAndWholeNumbersAreLabels() throws IOException {
    Path flags = write("{\"text\": \"a\", \"label\": true}\n{\"text\": \"b\", \"label\": false}\n");
    assertThat(train("task: {type: classification}", flags).labels())
        .contains(Labels.of(List.of("false", "true")));
    assertThat(train("task: {labels: [true, false]}", flags).labels())
        .contains(Labels.of(List.of("true", "false")));
    Path numbers = write("{\"text\": \"a\", \"label\": 10}\n{\"text\": \"b\", \"label\": 2}\n");
    assertThat(train("task: {type: classification}", numbers).labels())
        .contains(Labels.of(List.of("2", "10")));
  }

  private static SequenceText one(String text) {
    return new SequenceText(text, Optional.empty());
  }

  private static SequenceText two(String text, String choice) {
    return new SequenceText(text, Optional.of(choice));
  }

  private static List<List<SequenceText>> sequences(String task, Path file) {
    Columns columns = Columns.of(task(task));
    Table table =
        Table.open(SharedSession.get(), "data.train", List.of(file.toString()), Optional.empty());
    table.require(columns);
    RowReader reader = RowReader.ofAnyLabel(columns);
    return table.rowsInOrder(reader.names()).collect().stream().map(reader::sequences).toList();
  }

  private static TrainData train(String task, Path file) {
    DataConfig data =
        new DataConfig(
            List.of(file.toString()),
            List.of(),
            0,
            List.of(),
            OptionalInt.empty(),
            Optional.empty(),
            OnBadRow.FAIL,
            40,
            64);
    return new DataLoader(SharedSession.get(), task(task), data, TinyTokenizer.tokenizer())
        .train(1, 1);
  }

  private static TaskConfig task(String yaml) {
    String rest = "model: {path: base}\ndata: {train: rows.jsonl}\noutput: run\n";
    return RunConfigParser.parse(rest + yaml, "test", List.of()).task();
  }

  private Path write(String lines) throws IOException {
    return Files.writeString(folder.resolve("rows.jsonl"), lines);
  }
}
