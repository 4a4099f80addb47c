/** BitFit: biases alone. */
package io.sparsetune.method.bitfit;
