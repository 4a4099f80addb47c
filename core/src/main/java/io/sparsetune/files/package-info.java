/** Files by name, wherever they are stored, and strict JSON in them. */
package io.sparsetune.files;
