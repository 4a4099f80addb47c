package io.sparsetune.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** all-MiniLM-L6-v2, as its jar on the test class path ships it: an ONNX file and a tokenizer. */
public final class MiniLm {
  private static MemoryFolder folder;

  private MiniLm() {}

  /** {@code model.onnx} and {@code tokenizer.json}. */
  public static synchronized MemoryFolder folder() {
    if (folder == null) {
      folder =
          new MemoryFolder("minilm")
              .put("model.onnx", resource("/all-minilm-l6-v2.onnx"))
              .put("tokenizer.json", resource("/all-minilm-l6-v2-tokenizer.json"));
    }
    return folder;
  }

  private static byte[] resource(String name) {
    try (InputStream in = MiniLm.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
