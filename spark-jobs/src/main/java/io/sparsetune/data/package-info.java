/** From a table's rows to examples in shards: labels, tokens, ranks. */
package io.sparsetune.data;
