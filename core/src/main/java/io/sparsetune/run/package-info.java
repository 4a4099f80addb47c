/** The folder of a run: its manifest, its result, its metrics, and how far it is. */
package io.sparsetune.run;
