package io.sparsetune.data;

import io.sparsetune.batch.EncodedExample;
import java.io.Serializable;
import org.apache.spark.sql.Row;

/**
 * A row to be predicted.
 *
 * @param cells all its columns
 * @param example its tokens; the target means nothing
 * @param truncated whether its text was longer than allowed
 */
public record TokenizedRow(Row cells, EncodedExample example, boolean truncated)
    implements Serializable {}
