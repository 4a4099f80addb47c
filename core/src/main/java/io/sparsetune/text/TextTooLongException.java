package io.sparsetune.text;

/** A text that is too long for the tokenizer library, and that cannot be cut. */
public final class TextTooLongException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  TextTooLongException(String message) {
    super(message);
  }
}
