package io.sparsetune.job;

import java.util.Map;

/**
 * What a finished run has to say; {@code result.json} in short.
 *
 * @param output the run's folder
 * @param n parameters that the mask ranges over
 * @param k size of the mask; the head is not counted
 * @param head parameters of the head, trained whole
 * @param steps steps done, which early stopping may have made fewer than planned
 * @param bestStep the step whose values were kept
 * @param metric the task's metric, by which it was chosen
 * @param validation every metric that fits the task at {@code bestStep}, by name
 * @param test the same on the test data; empty without test data
 * @param deltaSha256 of {@code delta.safetensors}, hex
 * @param trafficLine bytes a step to and from the driver beside 4·n, in words
 */
public record TrainResult(
    String output,
    long n,
    int k,
    int head,
    long steps,
    long bestStep,
    String metric,
    Map<String, Double> validation,
    Map<String, Double> test,
    String deltaSha256,
    String trafficLine) {}
