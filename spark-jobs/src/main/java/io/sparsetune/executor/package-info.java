/** The executor on Spark: sparse steps, score rounds, dense rounds and evaluations as jobs. */
package io.sparsetune.executor;
