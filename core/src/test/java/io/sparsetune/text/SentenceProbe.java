package io.sparsetune.text;

import io.sparsetune.error.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Splits a sentence into tokens in a JVM of its own, and prints them, or why it cannot. */
public final class SentenceProbe {
  private SentenceProbe() {}

  public static void main(String[] args) throws IOException {
    try (InputStream in =
            SentenceProbe.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json");
        TextEncoder encoder = TextEncoder.of(in.readAllBytes(), "minilm", 16)) {
      System.out.print(Arrays.toString(encoder.encode("Hello, world!").ids()));
    } catch (UserException e) {
      System.out.print("exit " + e.exitCode().number() + ": " + e.getMessage());
    }
  }
}
