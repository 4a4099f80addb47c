package io.sparsetune.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.config.RunConfigParser;
import io.sparsetune.error.ExitCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ResultTablesTest {
  private final Map<Cell, CellState> states = new LinkedHashMap<>();

  @Test
  void seedsHaveALineWithMeanAndSampleDeviation() {
    add("cola", "sam", 1, finished(0.5, 0.25, 60));
    add("cola", "sam", 2, finished(0.75, 0.5, 120));
    add("cola", "sam", 3, finished(1, 0.75, 180));
    add("rte", "sam", 1, finished(0.125, Double.NaN, 61));
    add(
        "rte",
        "sam",
        2,
        new CellState.Failed("Cannot go on:\n  no, | really \"not\"", ExitCode.FAULT));
    add("rte", "random", 1, new CellState.Open());
    assertThat(ResultTables.markdown(states))
        .contains(
            "4 of 6 cells are finished.",
            "| cola | sam | 0.02 | 3 | 2,000 | 2.000% | 7 | accuracy | 0.7500 ± 0.2500 | 0.5000 ±"
                + " 0.2500 | 2.0 | 1.50 | 3.00 |\n",
            "| rte | sam | 0.02 | 1 of 2 | 2,000 | 2.000% | 7 | accuracy | 0.1250 | — | 1.0 | 1.50"
                + " | 3.00 |\n",
            "- `rte/sam/seed-2`: failed: Cannot go on:; no, \\| really \"not\"\n",
            "- not trained yet: rte/random/seed-1\n")
        .doesNotContain("| rte | random |");
    assertThat(ResultTables.csv(states).lines())
        .containsExactly(
            "task,method,p,seeds,cells,n,k,head,metric,validation_mean,validation_std,test_mean,test_std,minutes,bytes_down_per_step,bytes_up_per_step",
            "cola,sam,0.02,3,3,100000,2000,7,accuracy,0.750000,0.250000,0.500000,0.250000,2.00,1500000,3000000",
            "rte,sam,0.02,1,2,100000,2000,7,accuracy,0.125000,,,,1.02,1500000,3000000");
    assertThat(ResultTables.cellsCsv(states).lines())
        .contains(
            "cola/sam/seed-2,cola,sam,0.02,2,finished,accuracy,0.750000,0.500000,120",
            "rte/sam/seed-2,rte,sam,0.02,2,\"failed: Cannot go on:; no, | really"
                + " \"\"not\"\"\",accuracy,,,",
            "rte/random/seed-1,rte,random,0.02,1,not trained yet,accuracy,,,");
  }

  @Test
  void valuesOfFilesAreNoMarkdownNoHtmlAndNoFormulas() {
    add(
        "cola",
        "sam",
        1,
        new CellState.Failed("=HYPERLINK(\"x\") | `a` <b>[c](d)\u001b[2J", ExitCode.DATA));
    add("cola", "sam", 2, new CellState.Other("-1 row"));
    add("cola", "sam", 3, new CellState.Other("@SUM(1)"));
    RunOutcome outcome = ((CellState.Finished) finished(-0.25, 0, 60)).outcome();
    add(
        "cola",
        "random",
        1,
        new CellState.Finished(
            new RunOutcome(
                outcome.n(),
                outcome.k(),
                outcome.head(),
                "=cmd|' /C calc'!A0",
                outcome.validation(),
                outcome.test(),
                outcome.seconds(),
                outcome.bytesDown(),
                outcome.bytesUp())));
    assertThat(ResultTables.markdown(states))
        .contains("failed: =HYPERLINK(\"x\") \\| \\`a\\` &lt;b>\\[c\\](d)\\\\u001b\\[2J\n")
        .contains("| =cmd\\|' /C calc'!A0 | -0.2500 |");
    assertThat(ResultTables.cellsCsv(states).lines())
        .contains(
            "cola/sam/seed-1,cola,sam,0.02,1,\"failed: =HYPERLINK(\"\"x\"\") | `a`"
                + " <b>[c](d)\\u001b[2J\",accuracy,,,",
            "cola/sam/seed-2,cola,sam,0.02,2,'-1 row; --overwrite trains it again,accuracy,,,",
            "cola/sam/seed-3,cola,sam,0.02,3,'@SUM(1); --overwrite trains it again,accuracy,,,",
            "cola/random/seed-1,cola,random,0.02,1,finished,'=cmd|' /C"
                + " calc'!A0,-0.250000,0.000000,60");
  }

  private void add(String task, String method, int seed, CellState state) {
    String line = task + "/" + method;
    Cell cell =
        new Cell(
            line + "/seed-" + seed,
            line,
            task,
            method,
            RunConfigParser.parse(
                "{model: {path: m}, data: {train: t}, output: o, method: {sparsity: 2e-2}}",
                "c.yaml",
                List.of("training.seed=" + seed)));
    states.put(cell, state);
  }

  private static CellState finished(double validation, double test, double seconds) {
    return new CellState.Finished(
        new RunOutcome(
            100_000,
            2_000,
            7,
            "accuracy",
            OptionalDouble.of(validation),
            Double.isNaN(test) ? OptionalDouble.empty() : OptionalDouble.of(test),
            seconds,
            OptionalLong.of(1_500_000),
            OptionalLong.of(3_000_000)));
  }
}
