/** The training loop, and the contract of the executors that it asks for dense work. */
package io.sparsetune.train;
