/** Optimizers on the trained values alone, learning rate schedules and gradient clipping. */
package io.sparsetune.optim;
