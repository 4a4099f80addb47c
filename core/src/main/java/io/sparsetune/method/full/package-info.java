/** The baseline that trains everything. */
package io.sparsetune.method.full;
