package io.sparsetune.testing;

import io.sparsetune.data.Tokenizer;
import io.sparsetune.text.TokenizerJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A word-piece tokenizer of single letters, small enough for the golden models' vocabulary. */
public final class TinyTokenizer {
  private TinyTokenizer() {}

  /** Its {@code vocab.txt}: special tokens, letters, letters inside a word. */
  public static String vocabulary() {
    List<String> tokens = new ArrayList<>(List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"));
    for (char letter = 'a'; letter <= 'z'; letter++) {
      tokens.add(Character.toString(letter));
      tokens.add("##" + letter);
    }
    return String.join("\n", tokens) + "\n";
  }

  /** For the golden models. */
  public static Tokenizer tokenizer() {
    return Tokenizer.of(json(), "tiny", 120, 2);
  }

  public static byte[] json() {
    byte[] vocabulary = vocabulary().getBytes(StandardCharsets.UTF_8);
    return TokenizerJson.find(
        name -> name.equals("vocab.txt") ? Optional.of(vocabulary) : Optional.empty(), "tiny");
  }
}
