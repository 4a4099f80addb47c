package io.sparsetune.data;

import io.sparsetune.text.EncodedExample;
import io.sparsetune.text.RowHash;
import io.sparsetune.text.TextEncoder;
import io.sparsetune.text.Tokens;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;

/** Tokenises a task's rows. Bad rows are left out: the {@link Survey} has decided about them. */
final class RowEncoder implements Serializable {
  private static final long serialVersionUID = 1;

  private final RowReader reader;
  private final Broadcast<byte[]> tokenizer;
  private final String tokenizerSource;
  private final int maxSeqLength;

  RowEncoder(
      RowReader reader, Broadcast<byte[]> tokenizer, String tokenizerSource, int maxSeqLength) {
    this.reader = reader;
    this.tokenizer = tokenizer;
    this.tokenizerSource = tokenizerSource;
    this.maxSeqLength = maxSeqLength;
  }

  Iterator<EncodedRow> encode(Iterator<TableRow> rows) {
    List<EncodedRow> encoded = new ArrayList<>();
    if (rows.hasNext()) {
      try (TextEncoder encoder = TextEncoder.of(tokenizer.value(), tokenizerSource, maxSeqLength)) {
        while (rows.hasNext()) {
          TableRow row = rows.next();
          if (reader.problem(row).isEmpty()) {
            encoded.add(encode(encoder, row));
          }
        }
      }
    }
    return encoded.iterator();
  }

  /** Tokenises row by row, as they are asked for. */
  Iterator<TokenizedRow> tokenize(Iterator<TableRow> rows) {
    TextEncoder encoder = TextEncoder.of(tokenizer.value(), tokenizerSource, maxSeqLength);
    TaskCompletionListener atEnd = context -> encoder.close();
    TaskContext.get().addTaskCompletionListener(atEnd);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public TokenizedRow next() {
        TableRow row = rows.next();
        EncodedRow encoded = encode(encoder, row);
        return new TokenizedRow(row.cells(), encoded.example(), encoded.truncated());
      }
    };
  }

  private EncodedRow encode(TextEncoder encoder, TableRow row) {
    Optional<String> pair = reader.textPair(row);
    Tokens tokens =
        pair.isPresent()
            ? encoder.encode(reader.text(row), pair.get())
            : encoder.encode(reader.text(row));
    RowHash hash = RowHash.of(reader.fields(row));
    return new EncodedRow(
        new EncodedExample(hash, tokens.ids(), tokens.typeIds(), reader.target(row)),
        tokens.truncated());
  }
}
