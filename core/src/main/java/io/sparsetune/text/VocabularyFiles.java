package io.sparsetune.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.StrictJson;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/** The vocabularies of older folders, which have no {@code tokenizer.json}. */
final class VocabularyFiles {
  static final String WORD_PIECES = "vocab.txt";
  static final String BYTE_PAIRS = "vocab.json";
  static final String MERGES = "merges.txt";
  private static final Pattern SPACE_AT_END = Pattern.compile("\\p{IsWhite_Space}+$");

  private VocabularyFiles() {}

  /**
   * A vocabulary as the model of a {@code tokenizer.json}.
   *
   * @throws DataException where the class has none, or it is not there
   */
  static ObjectNode read(TokenizerSettings settings, TokenizerClass kind) {
    if (kind == TokenizerClass.BERT || kind == TokenizerClass.DISTILBERT) {
      if (settings.bytes(WORD_PIECES).isPresent()) {
        ObjectNode model = Json.object().put("type", "WordPiece");
        model.set("vocab", wordPieces(text(settings, WORD_PIECES)));
        return model;
      }
    } else if (kind == TokenizerClass.ROBERTA) {
      if (settings.bytes(BYTE_PAIRS).isPresent() && settings.bytes(MERGES).isPresent()) {
        ObjectNode model = Json.object().put("type", "BPE");
        model.set("vocab", settings.object(BYTE_PAIRS).orElseThrow());
        model.set("merges", merges(text(settings, MERGES), settings.source() + "/" + MERGES));
        return model;
      }
    }
    throw new DataException(
        "Cannot find a tokenizer in %s: neither tokenizer.json nor %s is there. Newer versions of transformers write tokenizer.json with AutoTokenizer.from_pretrained(…).save_pretrained(…)"
            .formatted(
                settings.source(),
                kind == TokenizerClass.ROBERTA ? "vocab.json with merges.txt" : WORD_PIECES));
  }

  private static String text(TokenizerSettings settings, String name) {
    byte[] bytes = settings.bytes(name).orElseThrow();
    return StrictJson.decode(settings.source() + "/" + name, ByteBuffer.wrap(bytes), 0);
  }

  private static ObjectNode wordPieces(String text) {
    ObjectNode vocabulary = Json.object();
    String[] lines = lines(text);
    for (int i = 0; i < lines.length; i++) {
      vocabulary.put(SPACE_AT_END.matcher(lines[i]).replaceFirst(""), i);
    }
    return vocabulary;
  }

  private static ArrayNode merges(String text, String path) {
    ArrayNode merges = Json.array();
    String[] lines = lines(text);
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].startsWith("#version")) {
        continue;
      }
      String[] pair = lines[i].split(" ", -1);
      if (pair.length != 2) {
        throw new CorruptFileException(
            path, "line %d is not two tokens with a space between them".formatted(i + 1));
      }
      merges.addArray().add(pair[0]).add(pair[1]);
    }
    return merges;
  }

  private static String[] lines(String text) {
    if (text.isEmpty()) {
      return new String[0];
    }
    String[] lines =
        (text.endsWith("\n") ? text.substring(0, text.length() - 1) : text).split("\n", -1);
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].endsWith("\r")) {
        lines[i] = lines[i].substring(0, lines[i].length() - 1);
      }
    }
    return lines;
  }
}
