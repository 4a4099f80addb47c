/** Tasks: labels, examples and metrics. */
package io.sparsetune.task;
