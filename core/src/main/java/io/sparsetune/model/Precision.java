package io.sparsetune.model;

/** In what the products of dense layers are computed; everything else is in single precision. */
public enum Precision {
  /** Single precision: the same bits on every CPU. */
  FP32,
  /**
   * Operands rounded to bfloat16, sums in single precision, by instructions that not every CPU has;
   * the bits are those of the CPU's kind.
   */
  BF16
}
