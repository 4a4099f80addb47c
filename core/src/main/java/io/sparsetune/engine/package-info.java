/** The contract between training and the engine in the sealed room, and exact sums. */
package io.sparsetune.engine;
