/** The training loop, and the executor that it asks for dense work. */
package io.sparsetune.train;
