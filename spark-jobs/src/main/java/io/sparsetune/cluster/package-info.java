/** What kind of cluster Spark runs on, as far as its configuration tells. */
package io.sparsetune.cluster;
