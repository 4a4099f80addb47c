package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Texts that between them try what a tokenizer can meet. */
final class ProbeTexts {
  /** Code points, or words, of a text. */
  private static final int OF_A_TEXT = 2000;

  /** Added tokens that are tried as a text each. */
  private static final int ALONE = 100;

  private static final int WORDS = 20_000;

  private ProbeTexts() {}

  /**
   * @param tokenizer the contents of {@code tokenizer.json}, whose own words are tried too
   */
  static List<String> of(JsonNode tokenizer) {
    List<String> texts =
        new ArrayList<>(
            List.of(
                "",
                "a",
                " ",
                "The quick brown fox jumps over the lazy dog's 3rd fence, twice.",
                "a".repeat(3000),
                "word ".repeat(1000),
                "  \t\r\n\u00a0\u3000 x  ",
                "e\u0301\u0323\u0308 \u0301 a\u200d\u200bb \ufeff\u00ad",
                "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud83c\uddeb\ud83c\uddee"
                    + " \u2764\ufe0f",
                "\u4f60\u597d\uff0c\u4e16\u754c\u3002 \ud55c\uad6d\uc5b4"
                    + " \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35"));
    addCodePoints(texts, 0, 0xD800);
    addCodePoints(texts, 0xE000, 0x11000);
    addCodePoints(texts, 0x1F000, 0x20100);
    addCodePoints(texts, 0xE0000, 0xE0200);
    List<String> words = new ArrayList<>();
    tokenizer.path("added_tokens").forEach(token -> words.add(token.path("content").asText()));
    texts.addAll(words.subList(0, Math.min(words.size(), ALONE)));
    addVocabulary(words, tokenizer.path("model").path("vocab"));
    for (int from = 0; from < words.size(); from += OF_A_TEXT) {
      List<String> part = words.subList(from, Math.min(words.size(), from + OF_A_TEXT));
      texts.add(String.join(" ", part));
      texts.add(String.join("", part));
    }
    return texts;
  }

  private static void addCodePoints(List<String> texts, int from, int to) {
    for (int first = from; first < to; first += OF_A_TEXT) {
      StringBuilder text = new StringBuilder();
      for (int point = first; point < Math.min(to, first + OF_A_TEXT); point++) {
        text.appendCodePoint(point);
      }
      texts.add(text.toString());
    }
  }

  /** Words of a vocabulary, which is an object of them, or a list of lists that each begin so. */
  private static void addVocabulary(List<String> words, JsonNode vocabulary) {
    int step = Math.max(1, vocabulary.size() / WORDS);
    int number = 0;
    if (vocabulary.isObject()) {
      for (Iterator<String> names = vocabulary.fieldNames(); names.hasNext(); number++) {
        String name = names.next();
        if (number % step == 0) {
          words.add(name);
        }
      }
    } else {
      for (; number < vocabulary.size(); number += step) {
        words.add(vocabulary.path(number).path(0).asText());
      }
    }
  }
}
