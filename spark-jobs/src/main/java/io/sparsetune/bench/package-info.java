/** What {@code bin/bench} runs: a masked training step as training runs it, beside PyTorch's. */
package io.sparsetune.bench;
