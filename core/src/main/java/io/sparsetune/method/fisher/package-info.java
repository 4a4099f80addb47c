/** FISH mask and Child-Tuning_D: diagonal Fisher information. */
package io.sparsetune.method.fisher;
