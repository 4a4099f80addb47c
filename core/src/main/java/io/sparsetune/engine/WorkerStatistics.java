package io.sparsetune.engine;

/**
 * What a worker has spent so far.
 *
 * @param weightGradientMultiplyAdds multiply-adds on gradients of weight matrices
 * @param largestGradientArray elements of the largest array that held a weight's gradient
 */
public record WorkerStatistics(long weightGradientMultiplyAdds, int largestGradientArray) {}
