package io.sparsetune.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** A seeded source of choices for mutations. */
public final class Dice {
  private static final List<Long> NUMBERS =
      List.of(
          0L,
          1L,
          -1L,
          2L,
          127L,
          65_536L,
          (long) Integer.MAX_VALUE,
          (long) Integer.MIN_VALUE,
          1L << 31,
          (1L << 32) - 1,
          1L << 32,
          (1L << 53) + 1,
          1L << 62,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          0x7ff0000000000000L,
          0x7fc00000L);

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a\nb",
          "a\rb",
          "\0",
          "\033[2J\033]0;title\007",
          "\u202eabc",
          "\u0085\u2028\ufeff",
          "\u007f\u0080",
          "\uffff",
          "\ud800",
          "\udc00x",
          "\ud83d\ude00",
          "caf\u00e9 \u4e2d\u6587 a\u0300\u0301",
          "../../etc/passwd",
          "/etc/passwd",
          "a\\b",
          "%s %d %n",
          "${env:HOME}",
          "{{ base }}",
          "=cmd|' /C calc'!A0",
          "|<script>",
          "null",
          "true",
          "NaN",
          "1e400",
          "-0",
          "0x1p3");

  private final SplittableRandom random;

  public Dice(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A number from 0 to below the bound; 0 for a bound that is not positive. */
  public int below(int bound) {
    return bound <= 0 ? 0 : random.nextInt(bound);
  }

  /** True once in so many times. */
  public boolean oneIn(int times) {
    return below(times) == 0;
  }

  public <T> T of(List<T> values) {
    return values.get(below(values.size()));
  }

  public long number() {
    return switch (below(5)) {
      case 0 -> below(300);
      case 1 -> 1L << below(63);
      case 2 -> random.nextLong();
      default -> of(NUMBERS);
    };
  }

  public byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A text that programs stumble over. */
  public String text() {
    return switch (below(10)) {
      case 0 -> "x".repeat(1 + below(20_000));
      case 1 -> "9".repeat(1 + below(2_000));
      case 2 -> Long.toString(number());
      case 3 -> new String(bytes(below(12)), StandardCharsets.ISO_8859_1);
      default -> of(TEXTS);
    };
  }
}
