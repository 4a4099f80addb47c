/** Files that hold the state of a training, to go on from there. */
package io.sparsetune.state;
