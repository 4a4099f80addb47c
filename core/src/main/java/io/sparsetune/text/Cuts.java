package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.text.Normalizer;
import java.util.Set;

/**
 * Where a tokenizer lets a text be cut: the tokens of what stands before such a place are the first
 * tokens of the whole text. That holds where the text is cut in words at a space before the model
 * sees it, nothing that looks at the text before reaches over a space between two letters, and no
 * added token has one in it. A table of replacements is taken to give letters for letters.
 */
public enum Cuts {
  NOWHERE,
  /** At a space between two letters or digits. */
  AT_SPACES,
  /** There, and between a mark that ends a phrase of Chinese or Japanese and a letter. */
  AT_SPACES_AND_MARKS;

  private static final String MARKS = "\u3001\u3002\uff01\uff0c\uff1b\uff1f";

  /** Malayalam's dot reph, a letter that the next character, even a space, is one with. */
  private static final char DOT_REPH = '\u0d4e';

  private static final Set<String> BY_CHARACTER =
      Set.of(
          "BertNormalizer",
          "NFC",
          "NFD",
          "NFKC",
          "NFKD",
          "Nmt",
          "Lowercase",
          "StripAccents",
          "Strip",
          "Precompiled");

  /**
   * @param tokenizer the contents of {@code tokenizer.json}
   */
  static Cuts of(JsonNode tokenizer) {
    boolean apart = isByCharacter(tokenizer.path("normalizer"));
    for (JsonNode token : tokenizer.path("added_tokens")) {
      apart &= hasNoCut(token.path("content").asText(""), token.path("normalized").asBoolean(true));
    }
    return apart && !cutsTheLeft(tokenizer.path("truncation"))
        ? words(tokenizer.path("pre_tokenizer"))
        : NOWHERE;
  }

  private static boolean cutsTheLeft(JsonNode truncation) {
    return !truncation.path("direction").asText("Right").equals("Right");
  }

  private static boolean hasNoCut(String token, boolean normalized) {
    return token
        .chars()
        .noneMatch(
            c ->
                Character.isWhitespace(c)
                    || Character.isSpaceChar(c)
                    || MARKS.indexOf(c) >= 0
                    || normalized && c > '~');
  }

  private static boolean isByCharacter(JsonNode normalizer) {
    if (normalizer.isMissingNode() || normalizer.isNull()) {
      return true;
    }
    return switch (normalizer.path("type").asText("")) {
      case "Sequence" -> {
        boolean all = true;
        for (JsonNode part : normalizer.path("normalizers")) {
          all &= isByCharacter(part);
        }
        yield all;
      }
      case "Prepend" -> normalizer.path("prepend").asText("").chars().noneMatch(c -> c <= ' ');
      case "Replace" -> isOfOthers(normalizer.path("pattern"));
      default -> BY_CHARACTER.contains(normalizer.path("type").asText(""));
    };
  }

  /** Whether a pattern matches neither a letter nor a digit nor a single space. */
  private static boolean isOfOthers(JsonNode pattern) {
    if (pattern.path("Regex").asText("").equals(" {2,}")) {
      return true;
    }
    String text = pattern.path("String").asText("");
    return !text.isEmpty() && text.codePoints().noneMatch(c -> c == ' ' || isInWord(c));
  }

  private static boolean isInWord(int point) {
    return Character.isLetterOrDigit(point)
        || Character.getType(point) == Character.NON_SPACING_MARK;
  }

  private static Cuts words(JsonNode splitter) {
    return switch (splitter.path("type").asText("")) {
      case "Sequence" -> words(splitter.path("pretokenizers").path(0));
      case "BertPreTokenizer" -> AT_SPACES_AND_MARKS;
      case "ByteLevel" ->
          splitter.path("use_regex").asBoolean(true) ? AT_SPACES_AND_MARKS : NOWHERE;
      case "Whitespace", "WhitespaceSplit" -> AT_SPACES;
      case "Metaspace" -> splitter.path("split").asBoolean(true) ? AT_SPACES : NOWHERE;
      default -> NOWHERE;
    };
  }

  /** The last place up to that one where the text may be cut; 0 for none. */
  int lastIn(String text, int end) {
    for (int at = this == NOWHERE ? 0 : Math.min(end, text.length() - 2); at > 0; at--) {
      char next = text.charAt(at);
      char before = text.charAt(at - 1);
      boolean space = next == ' ' && isPlain(before) && isPlain(text.charAt(at + 1));
      if (space || this == AT_SPACES_AND_MARKS && MARKS.indexOf(before) >= 0 && isPlain(next)) {
        return at;
      }
    }
    return 0;
  }

  /** A letter or digit that no normal form changes into something else. */
  private static boolean isPlain(char character) {
    return Character.isLetterOrDigit(character)
        && character != DOT_REPH
        && (character < 0x80
            || Normalizer.isNormalized(String.valueOf(character), Normalizer.Form.NFKC));
  }
}
