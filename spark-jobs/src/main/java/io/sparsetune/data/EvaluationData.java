package io.sparsetune.data;

import io.sparsetune.batch.RowHash;
import org.apache.spark.api.java.JavaRDD;

/**
 * Labelled rows to score, kept on the executors.
 *
 * @param name what messages call it: {@code validation}, {@code test}
 * @param blocks all rows, in blocks of consecutive ranks
 * @param examples number of rows
 * @param skipped rows that could not be used, where such rows are skipped
 * @param truncated rows whose text was longer than allowed
 * @param hash sum of the rows' hashes: tells data sets apart by content
 */
public record EvaluationData(
    String name,
    JavaRDD<RankedBlock> blocks,
    long examples,
    long skipped,
    long truncated,
    RowHash hash) {}
