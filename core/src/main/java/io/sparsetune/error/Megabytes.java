package io.sparsetune.error;

/** Numbers of bytes in a text. */
public final class Megabytes {
  private Megabytes() {}

  /** Such as {@code 1.5 MB}; below a megabyte in kB. Decimal units. */
  public static String of(long bytes) {
    return bytes < 1_000_000 ? "%.1f kB".formatted(bytes / 1e3) : "%.1f MB".formatted(bytes / 1e6);
  }
}
