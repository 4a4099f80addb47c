/** Child-tuning as a projection after each dense round. */
package io.sparsetune.method.child;
