package io.sparsetune.data;

import io.sparsetune.batch.EncodedExample;
import java.io.Serializable;

/** A usable row, tokenised, and whether its text was longer than allowed. */
record EncodedRow(EncodedExample example, boolean truncated) implements Serializable {}
