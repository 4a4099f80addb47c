/** DiffPruning: differences behind random gates, whose chances of being open are trained. */
package io.sparsetune.method.diff;
