/** Many runs that differ in a few keys, one after the other, and the table of their results. */
package io.sparsetune.experiments;
