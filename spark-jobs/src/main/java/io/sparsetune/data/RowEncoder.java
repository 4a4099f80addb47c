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
import org.apache.spark.broadcast.Broadcast;

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
