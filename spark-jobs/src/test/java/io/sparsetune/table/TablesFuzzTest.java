package io.sparsetune.table;

import static io.sparsetune.fuzz.FuzzTarget.texts;

import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.data.DataLoader;
import io.sparsetune.error.DataException;
import io.sparsetune.fuzz.ByteMutation;
import io.sparsetune.fuzz.FuzzTarget;
import io.sparsetune.fuzz.Fuzzer;
import io.sparsetune.fuzz.JsonMutation;
import io.sparsetune.fuzz.LinesMutation;
import io.sparsetune.fuzz.Mutation;
import io.sparsetune.testing.SharedSession;
import io.sparsetune.testing.TinyTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The tables that training reads. */
class TablesFuzzTest {
  private static final int ROWS = 12;

  @TempDir private Path folder;

  @TestFactory
  Stream<DynamicTest> aTableIsReadOrRefusedByName() throws IOException {
    Mutation cells =
        new LinesMutation(
            ByteMutation.BYTES, List.of(",", "\"", "\"\"", "\t", "\\", ",,,,", "\ufeff", "NaN"));
    Mutation rows =
        new LinesMutation(
            new JsonMutation(
                List.of("text", "label", "other"), List.of("NaN", "1", "1.0", "\"a\"")),
            List.of("NaN", "{", "}", "\ufeff", "{}"));
    return Fuzzer.tests(
        6,
        List.of(
            target(
                "csv",
                "classification, labels: [a, b]",
                cells,
                texts(lines("text,label", "the cat %d,a"))),
            target("tsv", "regression", cells, texts(lines("text\tlabel", "the cat\t%d"))),
            target(
                "jsonl",
                "classification, labels: [a, 1, true]",
                rows,
                texts(json("\"a\""), json("1"), json("true"))),
            target(
                "parquet",
                "classification, labels: [0, 1]",
                ByteMutation.BYTES,
                List.of(parquet()))));
  }

  private FuzzTarget target(String format, String task, Mutation mutation, List<byte[]> examples) {
    Path file = folder.resolve("table." + format);
    RunConfig run =
        RunConfigParser.parse(
            "model: {path: m}\noutput: o\ntask: {type: %s}\ndata: {train: '%s', validation: 0}\n"
                .formatted(task, file),
            "run.yaml",
            List.of());
    return new FuzzTarget(
        format,
        file.getFileName().toString(),
        examples,
        mutation,
        input -> {
          Files.write(file, input);
          new DataLoader(SharedSession.get(), run.task(), run.data(), TinyTokenizer.tokenizer())
              .train(1, 1)
              .shards()
              .collect();
        });
  }

  private static String lines(String header, String row) {
    return header + "\n" + rows(row);
  }

  private static String json(String label) {
    return rows("{\"text\":\"the cat %d\",\"label\":" + label + ",\"other\":{\"x\":[1]}}");
  }

  private static String rows(String row) {
    return IntStream.range(0, ROWS)
        .mapToObj(i -> row.formatted(i) + "\n")
        .collect(Collectors.joining());
  }

  private byte[] parquet() throws IOException {
    Path written = folder.resolve("written");
    Dataset<Row> table =
        SharedSession.get().range(ROWS).selectExpr("concat('cat ', id) text", "id % 2 label");
    table.coalesce(1).write().mode(SaveMode.Overwrite).parquet(written.toString());
    try (Stream<Path> files = Files.list(written)) {
      return Files.readAllBytes(
          files
              .filter(file -> file.toString().endsWith(".parquet"))
              .findFirst()
              .orElseThrow(() -> new DataException("Spark wrote no file")));
    }
  }
}
