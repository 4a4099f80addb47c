/** The command line: one class for each command, which asks a job and prints its answer. */
package io.sparsetune.cli;
