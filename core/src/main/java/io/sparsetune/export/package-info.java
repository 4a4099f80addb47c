/** Whole models for other libraries to load. */
package io.sparsetune.export;
