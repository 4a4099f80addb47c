/** Trainings to which faults happen as a seed has drawn them: {@code bin/faults}. */
package io.sparsetune.faults;
