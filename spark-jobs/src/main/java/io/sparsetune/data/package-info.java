/** Tables read by Spark, ranked by content and dealt into shards. */
package io.sparsetune.data;
