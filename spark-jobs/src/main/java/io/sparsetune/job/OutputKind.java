package io.sparsetune.job;

import io.sparsetune.export.HuggingFaceFolder;

/** Kinds of results that have a folder to themselves, and the files by which each is known. */
enum OutputKind {
  /** Its mark is hidden from whoever reads the folder as a table, as {@code _SUCCESS} is. */
  PREDICTIONS("predictions", "_predictions.json", "_SUCCESS") {
    @Override
    boolean owns(String name) {
      return name.startsWith("part-")
          || name.startsWith(".part-")
          || name.equals("_SUCCESS")
          || name.equals("._SUCCESS.crc")
          || name.equals("_temporary");
    }
  },

  MODEL("a merged model", "sparsetune.json", HuggingFaceFolder.CONFIG) {
    @Override
    boolean owns(String name) {
      return HuggingFaceFolder.NAMES.contains(name);
    }
  };

  private final String words;
  private final String mark;
  private final String complete;

  OutputKind(String words, String mark, String complete) {
    this.words = words;
    this.mark = mark;
    this.complete = complete;
  }

  /** Whether a result of this kind has files of that name, beside the mark. */
  abstract boolean owns(String name);

  String words() {
    return words;
  }

  /** Written first: a folder that has it holds such a result, whole or begun. */
  String mark() {
    return mark;
  }

  /** Written last. */
  String complete() {
    return complete;
  }
}
