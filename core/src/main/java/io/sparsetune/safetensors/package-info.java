/** Safetensors files: a strict reader, and a writer whose bytes depend on the content alone. */
package io.sparsetune.safetensors;
