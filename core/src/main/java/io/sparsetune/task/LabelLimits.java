package io.sparsetune.task;

import io.sparsetune.error.DataException;
import java.util.List;
import java.util.Locale;

/**
 * How many labels, and how long ones, the files that name them can hold: {@code run.json}, the
 * delta's metadata and a merged model's {@code config.json} are read back within limits.
 */
public final class LabelLimits {
  private static final int LONGEST = 10_000;
  private static final long MOST_BYTES = 4 << 20;

  /** The characters of an entry beside its label, in its longest form. */
  private static final int ENTRY_BYTES = 24;

  private LabelLimits() {}

  /**
   * @param source what the labels come from, for the message: {@code data.train: column 'label'}
   * @throws DataException where files that hold these labels could not be read
   */
  public static void check(String source, List<String> labels) {
    long bytes = 0;
    for (String label : labels) {
      if (label.length() > LONGEST) {
        throw new DataException(
            String.format(
                Locale.ROOT,
                "Cannot use the labels of %s: one of them has %,d characters, at most %,d can be"
                    + " written; is it the column of the labels? It begins '%s…'",
                source,
                label.length(),
                LONGEST,
                label.substring(0, 60)));
      }
      bytes += ENTRY_BYTES + written(label);
    }
    if (bytes > MOST_BYTES) {
      throw new DataException(
          String.format(
              Locale.ROOT,
              "Cannot use the labels of %s: its %,d different labels take %,d bytes to write, more"
                  + " than %,d; is it the column of the labels?",
              source,
              labels.size(),
              bytes,
              MOST_BYTES));
    }
  }

  /** At most as many bytes as its JSON has. */
  private static long written(String label) {
    long bytes = 0;
    for (int i = 0; i < label.length(); i++) {
      char c = label.charAt(i);
      bytes += c < ' ' ? 6 : c == '"' || c == '\\' ? 2 : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
    }
    return bytes;
  }
}
