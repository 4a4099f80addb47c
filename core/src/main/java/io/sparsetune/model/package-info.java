/** The description of a model: its encoder, head and loss, and their tensors. */
package io.sparsetune.model;
