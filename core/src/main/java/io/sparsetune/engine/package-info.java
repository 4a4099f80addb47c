/**
 * The contract of an engine, which computes losses, gradients and outputs, and its life in a JVM.
 */
package io.sparsetune.engine;
