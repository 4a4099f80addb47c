package io.sparsetune.error;

import java.util.Locale;

/**
 * Text from files and users, as it may be shown: characters that a terminal obeys, or that change
 * the order or the look of others, become {@code \}{@code uXXXX}, which JSON reads as the same.
 */
public final class Printable {
  private static final int LONGEST_WORD = 400;
  private static final int LONGEST = 4_000;

  /** How a line of a list begins. */
  private static final String ITEM = "  - ";

  private Printable() {}

  /** Whether a character is shown as it is. */
  public static boolean isShown(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.SURROGATE -> codePoint == '\n' || codePoint == '\t';
      case Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      // Scripts and emoji need the joiners, and words the soft hyphen.
      case Character.FORMAT -> codePoint == 0xad || codePoint == 0x200c || codePoint == 0x200d;
      default -> (codePoint & 0xfffe) != 0xfffe;
    };
  }

  /** The text with what is not shown escaped; line breaks and tabs stay. */
  public static String lines(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(c, isShown(c), shown));
    return shown.toString();
  }

  /** The text on one line: line breaks and tabs are escaped too. */
  public static String line(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(c, isShown(c) && c >= ' ', shown));
    return shown.toString();
  }

  private static void append(int codePoint, boolean isShown, StringBuilder shown) {
    if (isShown) {
      shown.appendCodePoint(codePoint);
      return;
    }
    for (char unit : Character.toChars(codePoint)) {
      shown.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
    }
  }

  /**
   * A message of a length that can be read: its lines are joined, but for those of a list, and the
   * middle of a long value is left out, with how many characters it has.
   */
  public static String message(String text) {
    StringBuilder joined = new StringBuilder();
    StringBuilder line = new StringBuilder();
    for (String next : text.lines().filter(l -> !l.isBlank()).toList()) {
      boolean item = next.startsWith(ITEM);
      if (item && !line.isEmpty()) {
        joined.append(readable(line.toString())).append('\n');
        line.setLength(0);
      }
      line.append(item ? ITEM : line.isEmpty() ? "" : "; ")
          .append((item ? next.substring(ITEM.length()) : next).strip());
    }
    return joined.append(readable(line.toString())).toString();
  }

  private static String readable(String line) {
    StringBuilder cut = new StringBuilder();
    int start = 0;
    for (int end = 0; end <= line.length(); end++) {
      if (end == line.length() || line.charAt(end) == ' ') {
        cut.append(middleCut(line.substring(start, end), LONGEST_WORD));
        cut.append(end == line.length() ? "" : " ");
        start = end + 1;
      }
    }
    return line(middleCut(cut.toString(), LONGEST));
  }

  private static String middleCut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int kept = longest * 2 / 5;
    return String.format(
        Locale.ROOT,
        "%s… (%,d characters) …%s",
        text.substring(0, kept),
        text.length(),
        text.substring(text.length() - kept));
  }
}
