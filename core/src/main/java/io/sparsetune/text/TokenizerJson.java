package io.sparsetune.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.InputFolder;
import io.sparsetune.files.Unreadable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Finds a model folder's tokenizer: the one that {@code AutoTokenizer} of transformers 5 loads from
 * {@code tokenizer.json}, {@code tokenizer_config.json}, {@code special_tokens_map.json}, {@code
 * added_tokens.json}, {@code vocab.txt}, {@code vocab.json} with {@code merges.txt}, and the types
 * in {@code config.json}.
 */
public final class TokenizerJson {
  private static final String FILE = "tokenizer.json";

  private final TokenizerSettings settings;

  private TokenizerJson(TokenizerSettings settings) {
    this.settings = settings;
  }

  /**
   * @param files the contents of a file of that name, where it is there
   * @param source what messages call the folder
   * @throws DataException where there is no tokenizer that can be used, or a setting that cannot be
   *     honoured
   * @throws CorruptFileException where a file breaks its format
   */
  public static byte[] find(Function<String, Optional<byte[]>> files, String source) {
    return Json.bytes(read(files, source), source + "/" + FILE);
  }

  /** The same as a tree; its {@code truncation} says from which side texts are cut. */
  public static ObjectNode read(Function<String, Optional<byte[]>> files, String source) {
    return new TokenizerJson(new TokenizerSettings(files, source)).read();
  }

  /** The tokenizer of a folder, none of whose files may be longer than {@code limit} bytes. */
  public static ObjectNode read(InputFolder folder, int limit) {
    return read(name -> content(folder, name, limit), folder.location());
  }

  /** The same as bytes. */
  public static byte[] find(InputFolder folder, int limit) {
    return find(name -> content(folder, name, limit), folder.location());
  }

  private static Optional<byte[]> content(InputFolder folder, String name, int limit) {
    try {
      return folder.contains(name)
          ? Optional.of(folder.file(name).readAll(limit).array())
          : Optional.empty();
    } catch (IOException e) {
      throw Unreadable.because(folder.location() + "/" + name, e);
    }
  }

  private ObjectNode read() {
    Optional<TokenizerClass> named = settings.namedClass();
    Optional<TokenizerClass> usual = settings.classOfModel();
    Optional<ObjectNode> file = settings.object(FILE);
    if (file.isEmpty()) {
      TokenizerClass kind = named.or(() -> usual).orElse(TokenizerClass.BERT);
      ObjectNode before = Json.object();
      before.set("model", VocabularyFiles.read(settings, kind));
      return built(kind, before);
    }
    ObjectNode before = file.get();
    TokenizerClass kind = named.or(() -> usual).orElse(TokenizerClass.GENERIC);
    boolean types = named.isEmpty() && usual.isEmpty() || kind.types;
    if (kind == TokenizerClass.GENERIC) {
      return asItIs(before, types);
    }
    Optional<String> obstacle = obstacle(kind, before);
    if (obstacle.isEmpty()) {
      return built(kind, before);
    }
    if (named.isPresent()) {
      throw settings.classRefusal("but " + obstacle.get());
    }
    if (settings.areThere()) {
      throw settings.classMissing(kind, obstacle.get());
    }
    return asItIs(before, types);
  }

  /** What keeps a class from reading a {@code tokenizer.json}. */
  private Optional<String> obstacle(TokenizerClass kind, ObjectNode before) {
    JsonNode model = before.path("model");
    if (!kind.model.equals(modelType(model))) {
      return Optional.of("the model in tokenizer.json is no %s model".formatted(kind.model));
    }
    AddedTokens tokens = tokens(kind, before, false);
    for (String use : needed(kind)) {
      Optional<String> text = tokens.named().text(use);
      if (!isThere(tokens, use)) {
        return Optional.of("tokenizer.json has no %s %s".formatted(use, text.orElse("(null)")));
      }
    }
    return Optional.empty();
  }

  /** The model itself has to know the token for what it does not know. */
  private static boolean isThere(AddedTokens tokens, String use) {
    Optional<String> text = tokens.named().text(use);
    return use.equals("unk_token")
        ? text.filter(tokens::isInVocabulary).isPresent()
        : text.filter(tokens::isKnown).isPresent();
  }

  private static List<String> needed(TokenizerClass kind) {
    return switch (kind) {
      case BERT, DISTILBERT -> List.of("unk_token", "cls_token", "sep_token");
      case ROBERTA -> List.of("cls_token", "sep_token");
      case XLM_ROBERTA -> List.of("bos_token", "eos_token");
      case GENERIC -> List.of();
    };
  }

  /** The model's type; older files do not say it. */
  private static String modelType(JsonNode model) {
    String type = model.path("type").asText();
    if (!type.isEmpty()) {
      return type;
    }
    if (model.has("merges")) {
      return "BPE";
    }
    return model.path("vocab").isArray()
        ? "Unigram"
        : model.has("continuing_subword_prefix") ? "WordPiece" : "WordLevel";
  }

  private AddedTokens tokens(TokenizerClass kind, ObjectNode before, boolean kept) {
    Map<String, String> defaults = kind.tokens;
    JsonNode padding = before.path("padding").path("pad_token");
    if (kept && padding.isTextual()) {
      defaults = Map.of("pad_token", padding.asText());
    }
    return new AddedTokens(settings, before, kept, before.path("model").path("vocab"), defaults);
  }

  private ObjectNode built(TokenizerClass kind, ObjectNode before) {
    AddedTokens tokens = tokens(kind, before, false);
    for (String use : needed(kind)) {
      Optional<String> text = tokens.named().text(use);
      if (text.isEmpty()) {
        throw settings.refusal(use, "which the tokenizer needs");
      }
      if (!isThere(tokens, use)) {
        throw new CorruptFileException(
            settings.source() + "/" + vocabularyFile(kind),
            "it has no line for the special token " + text.get());
      }
    }
    return finished(TokenizerParts.build(kind, before, tokens, settings), before, kind.types);
  }

  private static String vocabularyFile(TokenizerClass kind) {
    return kind == TokenizerClass.ROBERTA
        ? VocabularyFiles.BYTE_PAIRS
        : VocabularyFiles.WORD_PIECES;
  }

  private ObjectNode asItIs(ObjectNode before, boolean types) {
    ObjectNode root = before.deepCopy();
    AddedTokens tokens = tokens(TokenizerClass.GENERIC, before, true);
    if (tokens.areChanged()) {
      root.set("added_tokens", tokens.json());
    }
    return finished(root, before, types);
  }

  private ObjectNode finished(ObjectNode root, ObjectNode before, boolean types) {
    root.putNull("padding");
    if (side(before).equals("left")) {
      root.putObject("truncation")
          .put("direction", "Left")
          .put("max_length", 512)
          .put("strategy", "LongestFirst")
          .put("stride", 0);
    } else {
      root.putNull("truncation");
    }
    if (!hasTypes(types)) {
      root.set("post_processor", TokenTypes.without(root.path("post_processor")));
    }
    return root;
  }

  private String side(ObjectNode before) {
    String own = before.path("truncation").path("direction").asText("Right");
    if (!settings.has("truncation_side")) {
      return own.equals("Left") ? "left" : "right";
    }
    String side = settings.get("truncation_side").asText();
    if (!Set.of("left", "right").contains(side)) {
      throw settings.refusal("truncation_side", "which is neither left nor right");
    }
    return side;
  }

  private boolean hasTypes(boolean otherwise) {
    if (!settings.has("model_input_names")) {
      return otherwise;
    }
    JsonNode names = settings.get("model_input_names");
    boolean has = false;
    for (JsonNode name : names) {
      has |= name.asText().equals("token_type_ids");
    }
    if (!names.isArray()) {
      throw settings.refusal("model_input_names", "which is no list");
    }
    return has;
  }
}
