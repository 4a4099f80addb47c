package io.sparsetune.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.cluster.ClusterShape;
import io.sparsetune.config.RunConfig;
import io.sparsetune.config.RunConfigParser;
import io.sparsetune.method.MaskProblem;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

/** The tables of docs/clusters.md, "Sizing", are what a dry run would ask for. */
class SizingDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/clusters.md");
  private static final int MOST_GIGABYTES = 512;

  private enum Shape {
    MINILM(
        "MiniLM-L6",
        new EncoderConfig(
            Architecture.BERT, 30522, 384, 6, 12, 1536, Activation.GELU, 512, 2, 0, 1e-12)),
    BERT_BASE(
        "BERT-base",
        new EncoderConfig(
            Architecture.BERT, 30522, 768, 12, 12, 3072, Activation.GELU, 512, 2, 0, 1e-12)),
    BERT_LARGE(
        "BERT-large",
        new EncoderConfig(
            Architecture.BERT, 30522, 1024, 24, 16, 4096, Activation.GELU, 512, 2, 0, 1e-12));

    private final String shown;
    private final EncoderConfig encoder;

    Shape(String shown, EncoderConfig encoder) {
      this.shown = shown;
      this.encoder = encoder;
    }
  }

  @Test
  void theTableOfModelsIsWhatTheEstimateSays() throws IOException {
    List<String> rows = new ArrayList<>();
    for (Shape shape : Shape.values()) {
      for (int cores : new int[] {1, 4, 8}) {
        int least = least(shape, cores, "sam", fits -> fits.problems().isEmpty());
        int onePass =
            least(shape, cores, "sam", fits -> fits.problems().isEmpty() && fits.passes() == 1);
        rows.add(
            "| %s, %.0f M | %d | %dg | %dg | %dm | %dg |"
                .formatted(
                    shape.shown,
                    parameters(shape) / 1e6,
                    cores,
                    least,
                    onePass,
                    estimate(shape, cores, "sam", onePass, 64).overheadMegabytes(),
                    driver(shape, cores, "sam")));
      }
    }
    assertThat(table("| model |")).isEqualTo(rows);
  }

  @Test
  void theTableOfMethodsIsWhatTheEstimateSays() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String method : List.of("bitfit", "lora", "sam", "child", "diff", "full")) {
      rows.add(
          "| `%s` | %dg | %dg |"
              .formatted(
                  method,
                  least(Shape.BERT_BASE, 4, method, fits -> fits.problems().isEmpty()),
                  driver(Shape.BERT_BASE, 4, method)));
    }
    assertThat(table("| `method.name`")).isEqualTo(rows);
  }

  /** Rows of the table whose header begins so. */
  private static List<String> table(String header) throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    return lines.stream()
        .dropWhile(line -> !line.startsWith(header))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }

  /** The smallest heap of an executor, in GiB, under a driver that is large enough. */
  private static int least(Shape shape, int cores, String method, Predicate<MemoryEstimate> fits) {
    int gigabytes = 1;
    while (!fits.test(estimate(shape, cores, method, gigabytes, MOST_GIGABYTES))) {
      gigabytes++;
      assertThat(gigabytes).isLessThan(MOST_GIGABYTES);
    }
    return gigabytes;
  }

  private static int driver(Shape shape, int cores, String method) {
    int gigabytes = 1;
    while (!estimate(shape, cores, method, MOST_GIGABYTES, gigabytes).problems().isEmpty()) {
      gigabytes++;
      assertThat(gigabytes).isLessThan(MOST_GIGABYTES);
    }
    return gigabytes;
  }

  private static long parameters(Shape shape) {
    return spec(shape, config(1, "sam")).layout().size();
  }

  /** Of two executors, a micro-batch for each core. */
  private static MemoryEstimate estimate(
      Shape shape, int cores, String method, int executor, int driver) {
    SparkConf conf =
        new SparkConf(false)
            .set("spark.master", "yarn")
            .set("spark.executor.instances", "2")
            .set("spark.executor.cores", "" + cores);
    Heaps heaps =
        new Heaps((long) executor << 30, (long) driver << 30, cores, ClusterShape.of(conf, 0));
    RunConfig config = config(cores, method);
    ModelSpec spec = spec(shape, config);
    MaskProblem problem = new MaskProblem(spec.layout(), config.method(), 1);
    return MemoryEstimate.of(heaps, config, spec, problem, 2 * cores);
  }

  private static ModelSpec spec(Shape shape, RunConfig config) {
    return new ModelSpec(
            shape.encoder, Pooling.POOLER, 2, config.task().type().loss(), Dropout.NONE)
        .with(config.method().equivalentModel(shape.encoder));
  }

  private static RunConfig config(int cores, String method) {
    return RunConfigParser.parse(
        "{model: {path: m}, data: {train: t, max_seq_length: 128}, output: o}",
        "test",
        List.of(
            "method.name=" + method,
            "training.micro_batch_size=8",
            "training.eval_batch_size=8",
            "training.batch_size=" + 16 * cores));
  }
}
