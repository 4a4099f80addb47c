package io.sparsetune.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparsetune.error.UserException;
import io.sparsetune.random.Randomness;
import io.sparsetune.random.Randomness.Purpose;
import java.util.Arrays;
import java.util.function.Consumer;

/** Files with bits flipped and tails cut off, by a seed. */
public final class Damage {
  private Damage() {}

  /**
   * Reads damaged copies: each read ends well, or in an error for the user with exit code 3.
   *
   * @param hotBytes the first so many bytes take half of the flips
   * @return how many copies were refused
   */
  public static int survives(byte[] file, int hotBytes, int copies, Consumer<byte[]> reader) {
    int refused = 0;
    for (int copy = 0; copy < copies; copy++) {
      byte[] damaged = damage(file, hotBytes, copy);
      try {
        reader.accept(damaged);
      } catch (UserException e) {
        assertThat(e.exitCode().number()).as("copy %d: %s", copy, e).isEqualTo(3);
        assertThat(e.getMessage()).as("copy %d", copy).startsWith("Cannot ");
        refused++;
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
        throw new AssertionError("Copy " + copy + " of the damaged file", e);
      }
    }
    return refused;
  }

  private static byte[] damage(byte[] file, int hotBytes, int copy) {
    long key = Randomness.key(2026, Purpose.RANDOM_MASK, copy);
    if (copy % 4 == 0) {
      return Arrays.copyOf(file, Randomness.below(key, 0, file.length));
    }
    byte[] damaged = file.clone();
    int flips = 1 + Randomness.below(key, 1, 4);
    for (int i = 0; i < flips; i++) {
      int range = Randomness.below(key, 3L * i + 2, 2) == 0 ? hotBytes : file.length;
      int at = Randomness.below(key, 3L * i + 3, Math.min(range, file.length));
      damaged[at] ^= (byte) (1 << Randomness.below(key, 3L * i + 4, 8));
    }
    return damaged;
  }
}
