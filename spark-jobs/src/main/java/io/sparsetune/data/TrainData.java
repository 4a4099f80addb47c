package io.sparsetune.data;

import io.sparsetune.batch.RowHash;
import io.sparsetune.batch.Shard;
import io.sparsetune.task.Labels;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;

/**
 * Training data, dealt and kept on the executors.
 *
 * @param labels in the order of the model's outputs; empty for regression
 * @param shards V of them, each whole in one partition
 * @param shardCount V
 * @param examples rows in all shards
 * @param skipped rows that could not be used, where such rows are skipped
 * @param truncated rows whose text was longer than allowed
 * @param hash sum of the rows' hashes: tells data sets apart by content
 * @param validation the share of the rows that was set aside, if any
 */
public record TrainData(
    Optional<Labels> labels,
    JavaRDD<Shard> shards,
    int shardCount,
    long examples,
    long skipped,
    long truncated,
    RowHash hash,
    Optional<EvaluationData> validation) {}
