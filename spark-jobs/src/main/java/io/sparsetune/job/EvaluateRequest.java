package io.sparsetune.job;

import io.sparsetune.table.TableFormat;
import java.util.List;
import java.util.Optional;

/**
 * @param run folder of a finished run
 * @param model where the base is now; empty: where the run recorded it
 * @param data paths or globs of labelled rows
 * @param format of the rows; empty to go by suffix
 */
public record EvaluateRequest(
    String run, Optional<String> model, List<String> data, Optional<TableFormat> format) {}
