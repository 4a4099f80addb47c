/** Several deltas of one base made into one. */
package io.sparsetune.compose;
