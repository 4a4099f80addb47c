package io.sparsetune.executor;

import java.io.Serializable;
import org.apache.spark.sql.Row;

/**
 * A row and the model's outputs for it.
 *
 * @param cells all its columns
 * @param logits [outputs]
 * @param truncated whether its text was longer than allowed
 */
public record ScoredRow(Row cells, float[] logits, boolean truncated) implements Serializable {}
