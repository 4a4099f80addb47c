package io.sparsetune.model;

/** Hugging Face's {@code hidden_act}. */
public enum Activation {
  /** x·Φ(x), by erf. */
  GELU,
  /** GELU by tanh ({@code gelu_new}, {@code gelu_pytorch_tanh}). */
  GELU_TANH,
  RELU,
  /** x·σ(x) ({@code silu}, {@code swish}). */
  SILU
}
