package io.sparsetune.data;

import io.sparsetune.batch.Shard;
import java.io.Serializable;

/**
 * Consecutive rows of a data set in rank order.
 *
 * @param examples its index means nothing
 */
public record RankedBlock(long firstRank, Shard examples) implements Serializable {}
