/** Bottleneck adapters in the layers. */
package io.sparsetune.method.adapter;
