/** What a model is: encoder, head, loss, and the tensors that they have. */
package io.sparsetune.model;
