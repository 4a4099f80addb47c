package io.sparsetune.delta;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

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
   * @param dataHash of the data's content
   */
  public static String of(
      String configJson,
      String baseFingerprint,
      String dataHash,
      long seed,
      String libraryVersion) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part :
          new String[] {
            configJson, baseFingerprint, dataHash, Long.toString(seed), libraryVersion
          }) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256", e);
    }
  }
}
