package io.sparsetune.experiments;

import java.util.List;

/**
 * @param experiments the folder's
 * @param chosen which of their cells to train where they are not finished
 * @param overwrite whether finished runs of another configuration, or of files that have changed,
 *     may be replaced
 */
public record ExperimentsRequest(Experiments experiments, List<Cell> chosen, boolean overwrite) {
  public ExperimentsRequest {
    chosen = List.copyOf(chosen);
  }
}
