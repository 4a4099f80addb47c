package io.sparsetune.model;

/** How an example's hidden states become the vector that the classifier sees. */
public enum Pooling {
  /** First token, dense + tanh ({@code pooler.dense.*}), dropout, classifier: BERT's own head. */
  POOLER,
  /**
   * First token. BERT: dropout, classifier. RoBERTa: its own head, dropout, {@code
   * classifier.dense}, tanh, dropout, {@code classifier.out_proj}.
   */
  CLS,
  /** Mean over the example's tokens, dropout, classifier. */
  MEAN
}
