/** Tokens: tokenizers, special tokens, span marks. */
package io.sparsetune.text;
