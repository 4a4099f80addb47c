package io.sparsetune.progress;

/**
 * A step that was taken.
 *
 * @param step steps done, from 1
 * @param steps of the whole training
 * @param epoch epochs done, in fractions
 * @param loss mean over the step's examples, before the step
 * @param learningRate that was used
 * @param gradientNorm of the trained parameters, before clipping
 * @param examples of this step
 * @param tokens of this step
 */
public record StepReport(
    int step,
    int steps,
    double epoch,
    double loss,
    double learningRate,
    double gradientNorm,
    long examples,
    long tokens) {}
