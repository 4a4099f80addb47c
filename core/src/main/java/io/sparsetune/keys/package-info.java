/** What a key of a configuration is: its name, what a value has to be, and how one is read. */
package io.sparsetune.keys;
