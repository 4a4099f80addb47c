package io.sparsetune.job;

import io.sparsetune.interop.HuggingFaceFolder;
import io.sparsetune.interop.PeftSuperTuning;
import io.sparsetune.interop.SparseDifferences;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

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

  MODEL("a merged model", OutputKind.EXPORTED, HuggingFaceFolder.CONFIG),

  ADAPTER("an exported adapter", OutputKind.EXPORTED, PeftSuperTuning.CONFIG),

  DIFFERENCES("exported differences", OutputKind.EXPORTED, SparseDifferences.FILE);

  private static final String EXPORTED = "sparsetune.json";

  /** Of every format: one that takes another's place leaves nothing of it to be mistaken for. */
  private static final List<String> EXPORTS =
      Stream.concat(
              HuggingFaceFolder.NAMES.stream(),
              Stream.of(PeftSuperTuning.CONFIG, PeftSuperTuning.WEIGHTS, SparseDifferences.FILE))
          .toList();

  private final String words;
  private final String mark;
  private final String complete;

  OutputKind(String words, String mark, String complete) {
    this.words = words;
    this.mark = mark;
    this.complete = complete;
  }

  /** Whether a result of this kind has files of that name, beside the mark. */
  boolean owns(String name) {
    return EXPORTS.contains(name);
  }

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

  /** What results under the same mark write last. */
  List<String> anyComplete() {
    return Arrays.stream(values())
        .filter(kind -> kind.mark.equals(mark))
        .map(OutputKind::complete)
        .toList();
  }
}
