package io.sparsetune.delta;

import io.sparsetune.batch.RowHash;

/**
 * A run's name, which follows from everything its result depends on and from nothing else: the same
 * run elsewhere has the same one.
 */
public final class RunId {
  private RunId() {}

  /**
   * SHA-256, as hexadecimal digits, over the parts in this order, each as the length of its UTF-8
   * bytes (int32, big-endian) and the bytes; the seed in decimal.
   *
   * @param configJson the resolved configuration in canonical form, without output, master, paths
   * @param baseFingerprint of the base model
   * @param headFingerprint of the head that training starts from
   * @param dataHash of the data's content
   */
  public static String of(
      String configJson,
      String baseFingerprint,
      String headFingerprint,
      String dataHash,
      long seed,
      String libraryVersion) {
    return RowHash.of(
            configJson,
            baseFingerprint,
            headFingerprint,
            dataHash,
            Long.toString(seed),
            libraryVersion)
        .hex();
  }
}
