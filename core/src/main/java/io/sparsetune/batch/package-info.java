/** Examples, the shards that hold them, and which of them make each micro-batch of an epoch. */
package io.sparsetune.batch;
