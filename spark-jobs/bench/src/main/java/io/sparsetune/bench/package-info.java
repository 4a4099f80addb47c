/**
 * What {@code bin/bench} runs: steps and how they grow, trainings and top-k, as training runs them,
 * beside PyTorch's.
 */
package io.sparsetune.bench;
