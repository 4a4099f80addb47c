/**
 * The one source of random numbers, counted from keys, so that nothing depends on who draws first.
 */
package io.sparsetune.random;
