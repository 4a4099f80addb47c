/** Child-Tuning_F: dense training by a random share of the gradient. */
package io.sparsetune.method.childf;
