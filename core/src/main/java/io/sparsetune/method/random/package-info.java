/** Positions drawn at random. */
package io.sparsetune.method.random;
