/** Deltas: what a trained model has that its base has not, in memory and in a file. */
package io.sparsetune.delta;
