package io.sparsetune.experiments;

import java.util.List;
import java.util.Map;

/**
 * @param states of all cells, by name, in their order
 * @param missing chosen cells whose results are not there: they failed, or their folder has another
 *     configuration's run, or one of files that have changed
 * @param table all results in Markdown
 */
public record ExperimentsResult(
    Map<String, CellState> states, List<String> missing, String table) {}
