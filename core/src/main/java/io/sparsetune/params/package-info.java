/** A model's parameters as one flat vector of named tensors. */
package io.sparsetune.params;
