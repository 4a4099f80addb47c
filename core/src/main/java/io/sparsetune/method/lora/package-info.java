/** LoRA: low-rank factors beside linear layers. */
package io.sparsetune.method.lora;
