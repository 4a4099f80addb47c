package io.sparsetune.model;

/**
 * The families of encoders that can be trained; they differ in position ids and in their own head.
 */
public enum Architecture {
  BERT,
  ROBERTA
}
