/** Spark's executor of steps: the same bits as the one in process. */
package io.sparsetune.step;
