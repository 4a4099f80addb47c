package io.sparsetune.files;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The names of files and folders that are there while something is being written. Nobody can tell
 * one in advance, and lay a link there.
 */
public final class TemporaryName {
  /** The file by which one command keeps others from changing a folder. */
  public static final String LOCK = ".sparsetune-lock";

  /** The file by which a command shows that it is at work in a folder. */
  public static final String OWNER = ".sparsetune-owner";

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 8;
  private static final Pattern ANY =
      Pattern.compile("\\.sparsetune-[0-9a-f]{%d}".formatted(2 * BYTES));

  private TemporaryName() {}

  /** A new one. */
  public static String create() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return ".sparsetune-" + HexFormat.of().formatHex(bytes);
  }

  /** Whether a name is one of these: what a command that was killed has left. */
  public static boolean isOne(String name) {
    return name.equals(LOCK) || name.equals(OWNER) || isHalfWritten(name);
  }

  /** Whether a name is that of something that is being written, and not a command's claim. */
  public static boolean isHalfWritten(String name) {
    return ANY.matcher(name).matches();
  }
}
