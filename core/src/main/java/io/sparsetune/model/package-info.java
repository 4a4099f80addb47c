/** What a model is: encoder sizes, head, loss, and its weights' import from files. */
package io.sparsetune.model;
