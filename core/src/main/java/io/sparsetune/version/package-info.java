/** Which SparseTune this is. */
package io.sparsetune.version;
