/** The engine's arithmetic, each operation defined to the bit, in scalar and Vector API form. */
package io.sparsetune.kernels;
