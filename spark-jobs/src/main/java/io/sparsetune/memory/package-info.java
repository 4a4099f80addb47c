/** Estimates of the memory that a run needs, against what driver and executors have. */
package io.sparsetune.memory;
