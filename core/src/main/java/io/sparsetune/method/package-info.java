/** The rules that choose a mask: one class for each method of the paper. */
package io.sparsetune.method;
