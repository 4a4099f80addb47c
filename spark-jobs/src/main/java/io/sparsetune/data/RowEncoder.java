package io.sparsetune.data;

import io.sparsetune.batch.EncodedExample;
import io.sparsetune.batch.RowHash;
import io.sparsetune.error.DataException;
import io.sparsetune.error.UserException;
import io.sparsetune.table.BadRow;
import io.sparsetune.table.TableRow;
import io.sparsetune.text.CheckedTokenizer;
import io.sparsetune.text.TextEncoder;
import io.sparsetune.text.Tokens;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.TaskCompletionListener;

/** Tokenises a task's rows. Bad rows are left out: the {@link Survey} has decided about them. */
final class RowEncoder implements Serializable {
  private static final long serialVersionUID = 1;

  private final RowReader reader;
  private final Broadcast<CheckedTokenizer> checked;
  private final TokenLimits limits;
  private final int maxSeqLength;

  /**
   * @param checked the tokenizer's
   */
  RowEncoder(
      RowReader reader,
      Broadcast<CheckedTokenizer> checked,
      Tokenizer tokenizer,
      int maxSeqLength) {
    this.reader = reader;
    this.checked = checked;
    this.limits = tokenizer.limits();
    this.maxSeqLength = maxSeqLength;
  }

  Iterator<EncodedRow> encode(Iterator<TableRow> rows) {
    List<EncodedRow> encoded = new ArrayList<>();
    if (rows.hasNext()) {
      try (TextEncoder encoder = TextEncoder.of(checked.value(), maxSeqLength)) {
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
    TextEncoder encoder = TextEncoder.of(checked.value(), maxSeqLength);
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
    try {
      return encoded(encoder, row);
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new DataException(
          "Cannot tokenise row %s: %s.".formatted(BadRow.place(row), e.getMessage()), e);
    }
  }

  private EncodedRow encoded(TextEncoder encoder, TableRow row) {
    List<Tokens> sequences = new ArrayList<>();
    for (SequenceText text : reader.sequences(row)) {
      Tokens tokens =
          text.second().isPresent()
              ? encoder.encode(text.first(), text.second().get())
              : encoder.encode(text.first());
      if (tokens.length() == 0) {
        throw new DataException(
            "Cannot use row %s: its text has no tokens, and the tokenizer %s adds none of its own."
                .formatted(BadRow.place(row), checked.value().source()));
      }
      sequences.add(limits.require(tokens));
    }
    RowHash hash = RowHash.of(reader.fields(row));
    return new EncodedRow(
        EncodedExample.of(hash, sequences, reader.target(row)),
        sequences.stream().anyMatch(Tokens::truncated));
  }
}
