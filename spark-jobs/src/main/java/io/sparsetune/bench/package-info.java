/**
 * What {@code bin/bench} runs: steps, trainings and top-k as training runs them, beside PyTorch's.
 */
package io.sparsetune.bench;
