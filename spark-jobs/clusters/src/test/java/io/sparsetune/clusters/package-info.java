/** Tests of the application jar on real clusters, which they start and stop on this machine. */
package io.sparsetune.clusters;
