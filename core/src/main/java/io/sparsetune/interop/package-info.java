/**
 * Models and deltas in other libraries' formats: Hugging Face, PEFT, lottery-ticket SFT; and undo.
 */
package io.sparsetune.interop;
