/** What a logical worker moves in a dense round, the workers' average, and what is made of it. */
package io.sparsetune.dense;
