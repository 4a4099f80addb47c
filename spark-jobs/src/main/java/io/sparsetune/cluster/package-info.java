/** The Spark that a command runs on: its session, its shape, and how its failures read. */
package io.sparsetune.cluster;
