package io.sparsetune.testing;

import io.sparsetune.text.TokenizerJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The tokenizer of a model on the local disk. */
public final class LocalTokenizer {
  private LocalTokenizer() {}

  /** Of a folder, or of the folder that an {@code .onnx} file is in. */
  public static byte[] read(Path model) {
    Path folder = Files.isDirectory(model) ? model : model.toAbsolutePath().getParent();
    return TokenizerJson.find(name -> content(folder.resolve(name)), model.toString());
  }

  private static Optional<byte[]> content(Path file) {
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
