/** SAM: the second-order approximation method. */
package io.sparsetune.method.sam;
