/** MagPruning: the largest parameters. */
package io.sparsetune.method.magnitude;
