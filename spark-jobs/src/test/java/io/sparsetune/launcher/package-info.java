/** Tests of {@code bin/sparsetune}. */
package io.sparsetune.launcher;
