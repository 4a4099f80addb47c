package io.sparsetune.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Marks two spans in a text, as models of one sequence are asked whether they mean the same: {@code
 * *Mark* told Pete many lies, which #he# believed}. Spans are found by the number of their first
 * word, words being what white space separates, as in SuperGLUE's WSC.
 */
public final class SpanMarks {
  private static final Pattern WORD = Pattern.compile("\\S+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern SPACE = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private SpanMarks() {}

  /** Characters [from, to) of a text. */
  public record Span(int from, int to) {}

  public static List<String> words(String text) {
    return WORD.matcher(text).results().map(match -> match.group()).toList();
  }

  /**
   * The span's place, where its words stand in the text from that word on. Upper and lower case are
   * the same; punctuation at either end does not count, so that {@code Pete} stands in {@code
   * "Pete's}.
   *
   * @param word number of its first word in the text, from 0
   */
  public static Optional<Span> find(String text, String span, int word) {
    String bare = withoutPunctuation(span);
    Optional<Integer> start =
        WORD.matcher(text).results().skip(word).map(match -> match.start()).findFirst();
    if (bare.isEmpty() || start.isEmpty()) {
      return Optional.empty();
    }
    String[] words = SPACE.split(bare);
    for (int from = start.get(); from < text.length(); from++) {
      int end = end(text, from, words);
      if (end >= 0 && isWhole(text, end)) {
        return Optional.of(new Span(from, end));
      }
      if (isPartOfWord(text.charAt(from)) || Character.isWhitespace(text.charAt(from))) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Where the words end that begin at a place of the text; −1 where others stand there. */
  private static int end(String text, int from, String[] words) {
    Matcher space = SPACE.matcher(text);
    int at = from;
    for (int w = 0; w < words.length; w++) {
      if (w > 0) {
        if (!space.region(at, text.length()).lookingAt()) {
          return -1;
        }
        at = space.end();
      }
      if (!text.regionMatches(true, at, words[w], 0, words[w].length())) {
        return -1;
      }
      at += words[w].length();
    }
    return at;
  }

  /** The text with {@code *} around the first place and {@code #} around the second. */
  public static String mark(String text, Span first, Span second) {
    List<Insert> inserts = new ArrayList<>();
    // The longer one goes around the shorter one where both begin or end together.
    boolean inner = first.to() - first.from() < second.to() - second.from();
    add(inserts, inner ? second : first, inner ? '#' : '*');
    add(inserts, inner ? first : second, inner ? '*' : '#');
    StringBuilder marked = new StringBuilder();
    for (int i = 0; i <= text.length(); i++) {
      for (int n = inserts.size() - 1; n >= 0; n--) {
        append(marked, inserts.get(n), i, false);
      }
      for (Insert insert : inserts) {
        append(marked, insert, i, true);
      }
      if (i < text.length()) {
        marked.append(text.charAt(i));
      }
    }
    return marked.toString();
  }

  private record Insert(int at, char sign, boolean opens) {}

  private static void add(List<Insert> inserts, Span place, char sign) {
    inserts.add(new Insert(place.from(), sign, true));
    inserts.add(new Insert(place.to(), sign, false));
  }

  private static void append(StringBuilder marked, Insert insert, int at, boolean opens) {
    if (insert.at == at && insert.opens == opens) {
      marked.append(insert.sign);
    }
  }

  private static String withoutPunctuation(String span) {
    int from = 0;
    int to = span.length();
    while (from < to && !isPartOfWord(span.charAt(from))) {
      from++;
    }
    while (to > from && !isPartOfWord(span.charAt(to - 1))) {
      to--;
    }
    return span.substring(from, to);
  }

  private static boolean isWhole(String text, int end) {
    return end == text.length() || !isPartOfWord(text.charAt(end));
  }

  /** Surrogates are taken for letters: no pair of them is cut. */
  private static boolean isPartOfWord(char character) {
    return Character.isLetterOrDigit(character) || Character.isSurrogate(character);
  }
}
