/**
 * The finished application jar in JVMs of its own, under spark-submit, on clusters of this machine.
 */
package io.sparsetune.cluster;
