/** The work of one task in a training, wherever the task runs. */
package io.sparsetune.work;
