/** Tasks: their types, labels, predictions and metrics. */
package io.sparsetune.task;
