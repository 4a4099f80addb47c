package io.sparsetune.job;

import java.util.List;

/**
 * @param adapter folder that PEFT saved
 * @param base the base model
 * @param output folder of the run to write
 * @param overrides of its configuration, each {@code key=value}: the task's columns, say
 * @param overwrite whether a run that is already there may be replaced
 */
public record ImportRequest(
    String adapter, String base, String output, List<String> overrides, boolean overwrite) {
  public ImportRequest {
    overrides = List.copyOf(overrides);
  }
}
