package io.sparsetune.job;

import java.util.Optional;

/**
 * @param run folder of a finished run
 * @param output folder to write
 * @param model where the base is now; empty: where the run recorded it
 * @param overwrite whether a folder that is already there may be replaced
 */
public record ExportRequest(
    String run, String output, ExportFormat format, Optional<String> model, boolean overwrite) {}
