/** Tokens: from text to examples, shards and micro-batches. */
package io.sparsetune.text;
