package io.sparsetune.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.batch.EncodedExample;
import io.sparsetune.batch.RowHash;
import io.sparsetune.batch.Shard;
import io.sparsetune.batch.ShardDealer;
import io.sparsetune.config.DataConfig;
import io.sparsetune.config.DataConfig.OnBadRow;
import io.sparsetune.config.TaskConfig;
import io.sparsetune.error.DataException;
import io.sparsetune.task.Labels;
import io.sparsetune.task.Metric;
import io.sparsetune.task.TaskType;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TinyTokenizer;
import io.sparsetune.text.TextEncoder;
import io.sparsetune.text.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ranking, dealing and setting aside; the in-process dealer says what is right. */
class DataLoaderTest {
  private static final int ROWS = 203;
  private static final int SHARDS = 4;

  @TempDir private Path folder;

  @Test
  void shardsAreThoseOfTheDealerHoweverTheInputIsCut() throws IOException {
    List<EncodedExample> examples = new ArrayList<>();
    RowHash sum = RowHash.ZERO;
    for (int i = 0; i < ROWS; i++) {
      examples.add(encoded(i));
      sum = sum.plus(examples.get(i).hash());
    }
    List<Shard> expected = ShardDealer.deal(examples, SHARDS);
    for (int files : new int[] {1, 10}) {
      for (int partitions : new int[] {1, 3, 5}) {
        TrainData data = load(files, partitions, 0);
        assertThat(data.shards().getNumPartitions()).isEqualTo(Math.min(partitions, SHARDS));
        assertThat(data.examples()).isEqualTo(ROWS);
        assertThat(data.hash()).isEqualTo(sum);
        List<Shard> shards = new ArrayList<>(data.shards().collect());
        shards.sort(Comparator.comparingInt(Shard::index));
        assertThat(shards).usingRecursiveFieldByFieldElementComparator().isEqualTo(expected);
      }
    }
  }

  @Test
  void theFirstSamplesAreThoseOfTheLowestRanksHoweverTheInputIsCut() throws IOException {
    int most = 77;
    List<EncodedExample> ranked = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      ranked.add(encoded(i));
    }
    ranked.sort(Comparator.comparing(EncodedExample::hash));
    RowHash sum =
        ranked.stream().limit(most).map(EncodedExample::hash).reduce(RowHash.ZERO, RowHash::plus);
    List<Shard> expected = ShardDealer.deal(ranked.subList(0, most), SHARDS);
    for (int files : new int[] {1, 10}) {
      TrainData data = load(files, 3, 0, OptionalInt.of(most));
      assertThat(data.examples()).isEqualTo(most);
      assertThat(data.hash()).isEqualTo(sum);
      List<Shard> shards = new ArrayList<>(data.shards().collect());
      shards.sort(Comparator.comparingInt(Shard::index));
      assertThat(shards).usingRecursiveFieldByFieldElementComparator().isEqualTo(expected);
    }
    assertThat(load(10, 2, 0, OptionalInt.of(1_000_000)).examples()).isEqualTo(ROWS);
  }

  @Test
  void samplesAreCountedBesideTheShareForValidation() throws IOException {
    TrainData all = load(1, 2, 0.2);
    TrainData some = load(1, 2, 0.2, OptionalInt.of(20));
    assertThat(some.examples()).isEqualTo(20);
    assertThat(some.validation().orElseThrow().hash())
        .isEqualTo(all.validation().orElseThrow().hash());
  }

  @Test
  void aShareIsSetAsideByContent() throws IOException {
    TrainData one = load(1, 2, 0.2);
    TrainData ten = load(10, 2, 0.2);
    assertThat(one.validation().orElseThrow().examples()).isBetween(20L, 60L);
    assertThat(one.examples() + one.validation().orElseThrow().examples()).isEqualTo(ROWS);
    assertThat(ten.hash()).isEqualTo(one.hash());
    assertThat(ten.validation().orElseThrow().hash())
        .isEqualTo(one.validation().orElseThrow().hash());
  }

  @Test
  void blocksHoldAllRowsInRankOrder() throws IOException {
    EvaluationData data = load(10, 2, 0.3).validation().orElseThrow();
    List<RankedBlock> blocks = new ArrayList<>(data.blocks().collect());
    blocks.sort(Comparator.comparingLong(RankedBlock::firstRank));
    long next = 0;
    for (RankedBlock block : blocks) {
      assertThat(block.firstRank()).isEqualTo(next);
      next += block.examples().size();
    }
    assertThat(next).isEqualTo(data.examples());
  }

  @Test
  void moreShardsThanRowsLeaveSomeEmpty() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "text,label\na,x\nb,y\n");
    TrainData data = loader("data.csv", 0).train(8, 1);
    assertThat(data.shards().map(Shard::size).collect()).hasSize(8);
    assertThat(data.shards().map(Shard::size).reduce(Integer::sum)).isEqualTo(2);
  }

  @Test
  void truncatedTextsAreCounted() throws IOException {
    Files.writeString(
        folder.resolve("data.csv"), "text,label\na,x\nabcdefghijklmnopqrstuvwxyz,y\n");
    assertThat(loader("data.csv", 0).train(2, 1).truncated()).isEqualTo(1);
  }

  @Test
  void aShareOfTooFewRowsIsRefused() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "text,label\na,x\nb,y\n");
    assertThatThrownBy(() -> loader("data.csv", 0.001).train(2, 1))
        .hasMessage(
            "Cannot set 0.001 of data.train aside for validation: %s/data.csv has 2 rows, too few. Name files in data.validation, or change the share."
                .formatted(folder));
  }

  @Test
  void aTokenThatTheModelDoesNotHaveIsRefused() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "text,label\na,x\nz,y\n");
    DataLoader loader =
        new DataLoader(
            SharedSession.get(),
            task(),
            data("data.csv", 0),
            Tokenizer.of(TinyTokenizer.json(), "m/vocab.txt", 55, 2));
    assertThatThrownBy(() -> loader.train(2, 1))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use the tokenizer m/vocab.txt: it has a token 55, but the model's 55 words"
                + " (vocab_size in config.json) end before that. It belongs to another model.");
  }

  @Test
  void pairsAreEncodedTogether() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "text,other,label\na,b,1.5\nc,d,-2\n");
    TrainData data =
        new DataLoader(
                SharedSession.get(),
                new TaskConfig(
                    TaskType.REGRESSION,
                    "text",
                    Optional.of("other"),
                    "label",
                    List.of(),
                    Metric.PEARSON),
                data("data.csv", 0),
                TinyTokenizer.tokenizer())
            .train(1, 1);
    Shard shard = data.shards().first();
    assertThat(data.labels()).isEmpty();
    assertThat(shard.targets()).containsExactlyInAnyOrder(1.5f, -2f);
    assertThat(shard.typeIds()).containsExactly(0, 0, 0, 1, 1, 0, 0, 0, 1, 1);
  }

  private TrainData load(int files, int partitions, double share) throws IOException {
    return load(files, partitions, share, OptionalInt.empty());
  }

  private TrainData load(int files, int partitions, double share, OptionalInt maxTrainSamples)
      throws IOException {
    Path parts = Files.createDirectories(folder.resolve("in-" + files));
    for (int f = 0; f < files; f++) {
      StringBuilder lines = new StringBuilder();
      for (int i = f; i < ROWS; i += files) {
        lines.append("{\"text\":\"%s\",\"label\":\"%s\"}\n".formatted(text(i), label(i)));
      }
      Files.writeString(parts.resolve("part-" + f + ".jsonl"), lines);
    }
    SharedSession.get().sparkContext().conf().set("spark.sparsetune.partitions", "" + partitions);
    try {
      return new DataLoader(
              SharedSession.get(),
              task(),
              data("in-" + files, share, maxTrainSamples),
              TinyTokenizer.tokenizer())
          .train(SHARDS * 2, 2);
    } finally {
      SharedSession.get().sparkContext().conf().remove("spark.sparsetune.partitions");
    }
  }

  private DataLoader loader(String name, double share) {
    return new DataLoader(
        SharedSession.get(), task(), data(name, share), TinyTokenizer.tokenizer());
  }

  private static TaskConfig task() {
    return new TaskConfig(
        TaskType.CLASSIFICATION, "text", Optional.empty(), "label", List.of(), Metric.ACCURACY);
  }

  private DataConfig data(String name, double share) {
    return data(name, share, OptionalInt.empty());
  }

  private DataConfig data(String name, double share, OptionalInt maxTrainSamples) {
    return new DataConfig(
        List.of(folder.resolve(name).toString()),
        List.of(),
        share,
        List.of(),
        maxTrainSamples,
        Optional.empty(),
        OnBadRow.FAIL,
        16,
        64);
  }

  /** Some texts come twice. */
  private static String text(int i) {
    return "abc def".repeat(1 + i % 3) + " " + i % 150;
  }

  private static String label(int i) {
    return i % 150 % 2 == 0 ? "even" : "odd";
  }

  private static EncodedExample encoded(int i) {
    Labels labels = Labels.of(List.of("even", "odd"));
    try (TextEncoder encoder = TextEncoder.of(TinyTokenizer.json(), "tiny", 16)) {
      Tokens tokens = encoder.encode(text(i));
      RowHash hash = RowHash.of(text(i), label(i));
      return new EncodedExample(hash, tokens.ids(), tokens.typeIds(), labels.index(label(i)));
    }
  }
}
