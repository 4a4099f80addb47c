package io.sparsetune.progress;

/**
 * A dense round that ended in a projection.
 *
 * @param round from 1
 * @param rounds of the whole training
 * @param step steps done, from 1
 * @param loss mean over the round's examples
 * @param kept positions off θ⁰, the head not counted
 * @param changed of those, the ones that the round before had not kept
 */
public record RoundReport(int round, int rounds, int step, double loss, int kept, int changed) {}
