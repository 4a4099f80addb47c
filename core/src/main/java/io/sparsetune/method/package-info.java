/** What a method is, and the list of them; each has a folder of its name. */
package io.sparsetune.method;
