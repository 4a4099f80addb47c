package io.sparsetune.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Sentences of made-up words, of every length from one word on; the label is in the words. */
public final class ToyRows {
  private ToyRows() {}

  /**
   * JSON lines {@code {"text": …, "label": …}}.
   *
   * @param words size of the vocabulary; ids below 4 are special
   * @param longest most words in a sentence
   * @param labels how many labels there are
   */
  public static List<String> jsonLines(int rows, int words, int longest, int labels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> lines = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int length = 1 + row % longest;
      int label = random.nextInt(labels);
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < length; i++) {
        int word = 4 + random.nextInt((words - 4) / labels) * labels + label;
        text.append(i == 0 ? "" : " ").append('w').append(Math.min(word, words - 1));
      }
      lines.add("{\"text\": \"%s\", \"label\": \"label-%d\"}".formatted(text, label));
    }
    return lines;
  }

  public static Path oneFile(Path file, List<String> lines) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.write(file, lines);
  }

  /** The same rows dealt to ten files of a folder, in another order. */
  public static Path tenFiles(Path folder, List<String> lines) throws IOException {
    Files.createDirectories(folder);
    for (int f = 0; f < 10; f++) {
      List<String> part = new ArrayList<>();
      for (int row = lines.size() - 1 - f; row >= 0; row -= 10) {
        part.add(lines.get(row));
      }
      Files.write(folder.resolve("part-" + f + ".jsonl"), part);
    }
    return folder;
  }
}
