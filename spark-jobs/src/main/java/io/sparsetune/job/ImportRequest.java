package io.sparsetune.job;

import java.util.List;

/**
 * @param adapter folder that PEFT saved
 * @param base the base model
 * @param output folder of the run to write
 * @param labels of the adapter's outputs, in their order; empty where the adapter or the base says
 *     them
 * @param overrides of its configuration, each {@code key=value}: the task's columns, say
 * @param overwrite whether a run that is already there may be replaced
 */
public record ImportRequest(
    String adapter,
    String base,
    String output,
    List<String> labels,
    List<String> overrides,
    boolean overwrite) {
  public ImportRequest {
    labels = List.copyOf(labels);
    overrides = List.copyOf(overrides);
  }
}
