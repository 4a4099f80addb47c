package io.sparsetune.job;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a finished run trained.
 *
 * @param run its folder
 * @param method what chose the mask
 * @param n parameters that the mask ranged over
 * @param k size of the mask, without the head
 * @param head trained parameters that k does not count
 * @param sparsity k/n
 * @param sparsityWithHead (k + head)/(n + head)
 * @param budget p, where the configuration gave a share
 * @param scope tensor or global
 * @param tensors trained parameters of each tensor that has any, in layout order
 * @param task classification or regression
 * @param labels by index; empty for regression
 * @param metric what the best values were chosen by
 * @param validation every score on the validation data, by name
 * @param test the same on the test data
 * @param baseSha256 fingerprint of the base model, hex
 * @param deltaSha256 of {@code delta.safetensors}, hex
 * @param runId of the run, hex
 * @param libraryVersion of SparseTune
 */
public record InspectResult(
    String run,
    String method,
    long n,
    int k,
    int head,
    double sparsity,
    double sparsityWithHead,
    OptionalDouble budget,
    String scope,
    List<TensorCount> tensors,
    String task,
    List<String> labels,
    String metric,
    Map<String, Double> validation,
    Map<String, Double> test,
    String baseSha256,
    String deltaSha256,
    String runId,
    String libraryVersion) {

  /**
   * @param name of the tensor
   * @param trained how many of its entries are trained
   * @param size how many it has
   */
  public record TensorCount(String name, int trained, int size) {}
}
