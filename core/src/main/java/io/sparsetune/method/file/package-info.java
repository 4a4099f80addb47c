/** A mask of one's own, from a file or from another run. */
package io.sparsetune.method.file;
