package io.sparsetune.files;

/** Finds JSON's escapes of one half of a surrogate pair. */
final class EscapedSurrogates {
  /** Characters of an escape such as {@code \\ud83d}. */
  private static final int ESCAPE = 6;

  private EscapedSurrogates() {}

  /** The index of the first escape of a surrogate that has no other half beside it; or -1. */
  static int lone(String text) {
    int at = text.indexOf('\\');
    while (at >= 0) {
      int code = code(text, at);
      int length = 2;
      if (code >= Character.MIN_SURROGATE && code <= Character.MAX_SURROGATE) {
        int next = code(text, at + ESCAPE);
        if (code > Character.MAX_HIGH_SURROGATE
            || next < Character.MIN_LOW_SURROGATE
            || next > Character.MAX_LOW_SURROGATE) {
          return at;
        }
        length = 2 * ESCAPE;
      }
      at = text.indexOf('\\', at + length);
    }
    return -1;
  }

  /** The code unit of the escape that starts here; -1 where none does. */
  private static int code(String text, int at) {
    if (at + ESCAPE > text.length() || !text.startsWith("\\u", at)) {
      return -1;
    }
    int code = 0;
    for (int i = at + 2; i < at + ESCAPE; i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      code = 16 * code + digit;
    }
    return code;
  }
}
