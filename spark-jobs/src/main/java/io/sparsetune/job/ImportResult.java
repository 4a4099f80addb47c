package io.sparsetune.job;

import java.util.List;

/**
 * @param output folder of the run
 * @param k parameters of LoRA's factors
 * @param head parameters of the head that the adapter holds
 * @param labels by index; empty for regression
 */
public record ImportResult(String output, int k, int head, List<String> labels) {
  public ImportResult {
    labels = List.copyOf(labels);
  }
}
