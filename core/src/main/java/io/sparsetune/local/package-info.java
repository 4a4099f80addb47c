/** The executor in this process: the specification of Spark's. The product never runs it. */
package io.sparsetune.local;
