/** Folders and files on Hadoop file systems, as core reads and writes them. */
package io.sparsetune.hadoop;
