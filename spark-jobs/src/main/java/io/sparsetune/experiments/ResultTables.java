package io.sparsetune.experiments;

import io.sparsetune.error.Printable;
import io.sparsetune.experiments.ResultLine.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The tables of results: the same text for the same runs. */
final class ResultTables {
  private static final double MEGA = 1e6;
  private static final double SECONDS = 60;
  private static final String NOTHING = "—";
  private static final Pattern NUMBER = Pattern.compile("-?[0-9]+(\\.[0-9]+)?");

  private ResultTables() {}

  /** For people: a line for each task, method and budget. */
  static String markdown(Map<Cell, CellState> states) {
    List<ResultLine> lines = ResultLine.of(states);
    long finished = states.values().stream().filter(CellState.Finished.class::isInstance).count();
    StringBuilder text = new StringBuilder("# Results\n\n");
    text.append(
        format(
            "%d of %d cells are finished. Scores are mean ± sample standard deviation over seeds;"
                + " k/n is the share of the parameters in the mask,\n",
            finished, states.size()));
    text.append(
        "beside which the head is trained; minutes are those of training; MB are those that a step"
            + " moved down from the driver and up to it.\n\n");
    if (!lines.isEmpty()) {
      boolean tasks = lines.stream().anyMatch(line -> !line.cell().task().isEmpty());
      text.append(tasks ? "| task " : "")
          .append(
              "| method | p | seeds | k | k/n | head | metric | validation | test | minutes | MB"
                  + " down | MB up |\n")
          .append(tasks ? "|---" : "")
          .append("|---|---|---|---|---|---|---|---|---|---|---|---|\n");
      for (ResultLine line : lines) {
        text.append(tasks ? "| " + line.cell().task() + " " : "").append(row(line));
      }
    }
    List<String> missing = new ArrayList<>();
    List<String> open = new ArrayList<>();
    states.forEach(
        (cell, state) -> {
          if (state instanceof CellState.Open) {
            open.add(cell.name());
          } else {
            missing(state)
                .ifPresent(why -> missing.add("- `" + cell.name() + "`: " + markdown(why)));
          }
        });
    if (!open.isEmpty()) {
      missing.add("- not trained yet: " + Experiments.shown(open));
    }
    if (!missing.isEmpty()) {
      text.append(lines.isEmpty() ? "" : "\n").append("Not in the table:\n\n");
      missing.forEach(line -> text.append(line).append('\n'));
    }
    return text.toString();
  }

  private static String row(ResultLine line) {
    int finished = line.outcomes().size();
    return "| "
        + String.join(
            " | ",
            line.cell().method(),
            line.cell().budget().isEmpty() ? NOTHING : line.cell().budget(),
            finished == line.cells() ? "" + finished : finished + " of " + line.cells(),
            format("%,.0f", line.mean(RunOutcome::k)),
            format("%.3f%%", 100 * line.mean(RunOutcome::k) / line.n()),
            format("%,.0f", line.mean(RunOutcome::head)),
            markdown(line.metric()),
            shown(line.spread(RunOutcome::validation)),
            shown(line.spread(RunOutcome::test)),
            format("%.1f", line.mean(RunOutcome::seconds) / SECONDS),
            megabytes(line.meanCount(RunOutcome::bytesDown)),
            megabytes(line.meanCount(RunOutcome::bytesUp)))
        + " |\n";
  }

  private static String shown(Optional<Spread> spread) {
    return spread
        .map(
            known ->
                known.deviation().isPresent()
                    ? format("%.4f ± %.4f", known.mean(), known.deviation().getAsDouble())
                    : format("%.4f", known.mean()))
        .orElse(NOTHING);
  }

  private static String megabytes(OptionalDouble bytes) {
    return bytes.isPresent() ? format("%.2f", bytes.getAsDouble() / MEGA) : NOTHING;
  }

  /** Why a cell is not in the table; empty where it is. */
  static Optional<String> missing(CellState state) {
    if (state instanceof CellState.Finished) {
      return Optional.empty();
    }
    if (state instanceof CellState.Other other) {
      return Optional.of(oneLine(other.why()) + "; --overwrite trains it again");
    }
    if (state instanceof CellState.Failed failed) {
      return Optional.of("failed: " + oneLine(failed.why()));
    }
    return Optional.of(
        state instanceof CellState.Blocked
            ? "its folder has something that is no run"
            : "not trained yet");
  }

  /** The same with more digits. */
  static String csv(Map<Cell, CellState> states) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "task",
            "method",
            "p",
            "seeds",
            "cells",
            "n",
            "k",
            "head",
            "metric",
            "validation_mean",
            "validation_std",
            "test_mean",
            "test_std",
            "minutes",
            "bytes_down_per_step",
            "bytes_up_per_step"));
    for (ResultLine line : ResultLine.of(states)) {
      List<String> row = new ArrayList<>();
      row.add(line.cell().task());
      row.add(line.cell().method());
      row.add(line.cell().budget());
      row.add("" + line.outcomes().size());
      row.add("" + line.cells());
      row.add("" + line.n());
      row.add(format("%.0f", line.mean(RunOutcome::k)));
      row.add(format("%.0f", line.mean(RunOutcome::head)));
      row.add(line.metric());
      addSpread(row, line.spread(RunOutcome::validation));
      addSpread(row, line.spread(RunOutcome::test));
      row.add(format("%.2f", line.mean(RunOutcome::seconds) / SECONDS));
      row.add(whole(line.meanCount(RunOutcome::bytesDown)));
      row.add(whole(line.meanCount(RunOutcome::bytesUp)));
      rows.add(row);
    }
    return csv(rows);
  }

  private static void addSpread(List<String> row, Optional<Spread> spread) {
    row.add(spread.map(known -> format("%.6f", known.mean())).orElse(""));
    row.add(
        spread
            .filter(known -> known.deviation().isPresent())
            .map(known -> format("%.6f", known.deviation().getAsDouble()))
            .orElse(""));
  }

  private static String whole(OptionalDouble value) {
    return value.isPresent() ? format("%.0f", value.getAsDouble()) : "";
  }

  /** A line for each cell, so that seeds can be compared in pairs. */
  static String cellsCsv(Map<Cell, CellState> states) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "cell",
            "task",
            "method",
            "p",
            "seed",
            "state",
            "metric",
            "validation",
            "test",
            "seconds"));
    states.forEach(
        (cell, state) -> {
          List<String> row = new ArrayList<>();
          row.add(cell.name());
          row.add(cell.task());
          row.add(cell.method());
          row.add(cell.budget());
          row.add("" + cell.seed());
          if (state instanceof CellState.Finished finished) {
            RunOutcome outcome = finished.outcome();
            row.add("finished");
            row.add(outcome.metric());
            row.add(score(outcome.validation()));
            row.add(score(outcome.test()));
            row.add(format("%.0f", outcome.seconds()));
          } else {
            row.add(missing(state).orElseThrow());
            row.addAll(List.of(cell.config().task().metric().key(), "", "", ""));
          }
          rows.add(row);
        });
    return csv(rows);
  }

  private static String score(OptionalDouble score) {
    return score.isPresent() ? format("%.6f", score.getAsDouble()) : "";
  }

  private static String csv(List<List<String>> rows) {
    return rows.stream()
        .map(row -> row.stream().map(ResultTables::quoted).collect(Collectors.joining(",")))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** A field of csv; what a spreadsheet would take for a formula begins with an apostrophe. */
  private static String quoted(String value) {
    String line = Printable.line(value);
    boolean formula =
        !line.isEmpty() && "=+-@".indexOf(line.charAt(0)) >= 0 && !NUMBER.matcher(line).matches();
    String field = formula ? "'" + line : line;
    return field.indexOf('"') < 0 && field.indexOf(',') < 0
        ? field
        : '"' + field.replace("\"", "\"\"") + '"';
  }

  /** Text in which Markdown finds nothing of its own, nor HTML. */
  private static String markdown(String text) {
    StringBuilder escaped = new StringBuilder();
    for (char c : Printable.line(text).toCharArray()) {
      if (c == '<' || c == '&') {
        escaped.append(c == '<' ? "&lt;" : "&amp;");
      } else {
        escaped.append("\\`|*[]".indexOf(c) >= 0 ? "\\" : "").append(c);
      }
    }
    return escaped.toString();
  }

  private static String oneLine(String text) {
    return Printable.message(text).replace("\n", ";");
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
