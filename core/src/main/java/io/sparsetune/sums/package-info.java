/** Exact sums of gradients and of scores, the same in any order. */
package io.sparsetune.sums;
