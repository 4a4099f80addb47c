package io.sparsetune.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;

/** A run's {@code result.json}, as far as it tells whether the run's delta is still its own. */
public final class WrittenResult {
  /** The key of the delta's hash. */
  public static final String DELTA_SHA256 = "delta_sha256";

  private static final int LARGEST = 16 << 20;

  private WrittenResult() {}

  /**
   * Reads the file.
   *
   * @throws CorruptFileException where it is not a JSON object
   */
  public static ObjectNode read(ByteSource file) {
    return StrictJson.readObject(file, LARGEST);
  }

  /**
   * Makes sure that a delta is still its run's own.
   *
   * @param delta the delta's path, for messages
   * @param sha256 of the delta as it is now
   * @param written the hash in the result
   * @throws CorruptFileException where the training wrote another
   */
  public static void requireUnchanged(String delta, String sha256, String written) {
    if (!written.equals(sha256)) {
      throw new CorruptFileException(
          delta,
          "it is not what the training wrote: its SHA-256 is not the one in " + RunFiles.RESULT);
    }
  }
}
