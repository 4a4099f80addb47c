package io.sparsetune.method;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.batch.EpochPlan;
import io.sparsetune.mask.MaskRange;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.EquivalentModel;
import io.sparsetune.train.TinyTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table in {@code docs/methods.md} says what the code does. */
class MethodsDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/methods.md");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`(?:, `variant: ([\\w-]+)`)?");
  private static final EncoderConfig ENCODER =
      new EncoderConfig(Architecture.BERT, 50, 128, 2, 2, 256, Activation.GELU, 20, 2, 0, 1e-12);

  /** The cells of a row, behind the name. */
  private record Row(String name, MethodConfig config, List<String> cells) {}

  @Test
  void everyMethodHasARow() throws IOException {
    assertThat(rows().stream().filter(row -> row.name.endsWith("`")).map(Row::name))
        .filteredOn(name -> !name.contains("variant"))
        .containsExactlyElementsOf(Methods.names().stream().map(name -> "`" + name + "`").toList());
  }

  @Test
  void eachRowSaysWhatTheCodeDoes() throws IOException {
    for (Row row : rows()) {
      MaskMethod method = row.config.method();
      assertThat(row.cells.subList(0, 5))
          .as(row.name)
          .containsExactly(
              model(method.equivalentModel(row.config, ENCODER)),
              evidence(method, row.config),
              passes(method, row.config),
              bytes(method, row.config),
              method.hasBudget() ? "yes" : "none");
      assertThat(row.cells).hasSize(7).doesNotContain("");
    }
  }

  private static String model(EquivalentModel model) {
    if (model instanceof EquivalentModel.Base) {
      return "base";
    }
    return model instanceof EquivalentModel.Lora ? "base + A, B" : "base + down, up";
  }

  private static String evidence(MaskMethod method, MethodConfig config) {
    Evidence evidence = evidenceOf(method, config);
    if (evidence instanceof Evidence.GradientSums sums) {
      return scoreRound(sums).ofSquares() ? "Σ g² at θ⁰" : "Σ g at θ⁰";
    }
    if (evidence instanceof Evidence.DenseRounds) {
      return "dense rounds";
    }
    return evidence instanceof Evidence.BaseValues ? "θ⁰" : "none";
  }

  private static String passes(MaskMethod method, MethodConfig config) {
    Evidence evidence = evidenceOf(method, config);
    if (evidence instanceof Evidence.GradientSums sums) {
      return (scoreRound(sums).ofSquares() ? 2 : 1) + " over what is scored";
    }
    return evidence instanceof Evidence.DenseRounds
        ? passes(method.rounds(config.options(), 3000, 100).orElseThrow())
        : "0";
  }

  private static String passes(RoundPlan rounds) {
    if (rounds.rewinds()) {
      return "each dense phase";
    }
    return rounds.finetuning().isPresent()
        ? "0: the dense phase is the training"
        : "0: rounds are steps of the training";
  }

  private static Evidence evidenceOf(MaskMethod method, MethodConfig config) {
    return method.evidence(new MaskProblem(TinyTask.spec().layout(), config, 1));
  }

  private static ScoreRound scoreRound(Evidence.GradientSums sums) {
    return sums.round(new EpochPlan(1000, 4, 8, 64, 1));
  }

  /** What is trained without a mask is as large as the model. */
  private static String bytes(MaskMethod method, MethodConfig config) {
    boolean dense = method.defaultInclude().equals(MaskRange.EVERYTHING);
    return evidenceOf(method, config) instanceof Evidence.DenseRounds
        ? "4k, 8k; k once a round"
        : dense ? "4n, 8n" : "4k, 8k";
  }

  private static List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(DOCUMENT)) {
      if (line.startsWith("| `method.name` | equivalent model |")) {
        inside = true;
      } else if (inside && !line.startsWith("|")) {
        break;
      } else if (inside && !line.startsWith("|---")) {
        rows.add(row(line));
      }
    }
    assertThat(rows).isNotEmpty();
    return rows;
  }

  private static Row row(String line) {
    List<String> cells = new ArrayList<>();
    for (String cell : line.replaceAll("^\\|\\s*|\\s*\\|$", "").split("(?<!\\\\)\\|")) {
      cells.add(cell.strip());
    }
    Matcher name = NAME.matcher(cells.get(0));
    assertThat(name.matches()).as(line).isTrue();
    List<String> keys = new ArrayList<>();
    if (name.group(2) != null) {
      keys.add("variant=" + name.group(2));
    }
    if (name.group(1).equals("file")) {
      keys.add("path=mask.safetensors");
    }
    MethodConfig config = MethodConfigs.method(name.group(1), keys.toArray(String[]::new));
    return new Row(cells.get(0), config, cells.subList(1, cells.size()));
  }
}
