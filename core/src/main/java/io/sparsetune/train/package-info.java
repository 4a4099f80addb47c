/** The training loop and where its dense work runs. */
package io.sparsetune.train;
