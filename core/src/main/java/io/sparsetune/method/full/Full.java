package io.sparsetune.method.full;

import io.sparsetune.method.WholeMethod;

/**
 * Everything is trained, embeddings too, unless {@code method.include} and {@code exclude} say
 * otherwise: the baseline, whose "sparse" update is as large as the model.
 */
public final class Full implements WholeMethod {
  @Override
  public String name() {
    return "full";
  }
}
