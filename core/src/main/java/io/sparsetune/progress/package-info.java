/** The plan of a training and the reports that a listener hears. */
package io.sparsetune.progress;
