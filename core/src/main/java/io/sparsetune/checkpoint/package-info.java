/** Checkpoints of a run: a training's state in files, from which the same command goes on. */
package io.sparsetune.checkpoint;
