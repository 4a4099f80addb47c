package io.sparsetune.text;

import java.io.Serializable;

/**
 * A row of a data set, tokenised.
 *
 * @param tokenIds at least one
 * @param typeIds as many
 * @param target the label's index, or the value for regression
 */
public record RankedRow(RowRank rank, int[] tokenIds, int[] typeIds, float target)
    implements Serializable {}
