package io.sparsetune.job;

import io.sparsetune.compose.ComposeReport;
import java.util.List;

/**
 * @param output the run's folder
 * @param k size of its mask
 * @param runIds of the runs composed, in the order they were given
 * @param report how they agree
 * @param warnings for the user
 */
public record ComposeResult(
    String output, int k, List<String> runIds, ComposeReport report, List<String> warnings) {
  public ComposeResult {
    warnings = List.copyOf(warnings);
    runIds = List.copyOf(runIds);
  }
}
