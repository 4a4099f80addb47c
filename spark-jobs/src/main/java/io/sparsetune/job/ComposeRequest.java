package io.sparsetune.job;

import io.sparsetune.compose.Rule;
import java.util.List;
import java.util.Optional;

/**
 * @param runs folders of finished runs, two at least
 * @param output folder to write a run into
 * @param density share of each run's increments that TIES keeps, in (0, 1]
 * @param head which of the runs' heads the result has; empty: they have the same
 * @param model where the base is now; empty: where the first run recorded it
 * @param overwrite whether a run that is already there may be replaced
 */
public record ComposeRequest(
    List<String> runs,
    String output,
    Rule rule,
    double density,
    Optional<String> head,
    Optional<String> model,
    boolean overwrite) {
  public ComposeRequest {
    runs = List.copyOf(runs);
  }
}
