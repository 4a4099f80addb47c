package io.sparsetune.text;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The way in which a class of transformers 5 makes a tokenizer of its files. All but {@link
 * #GENERIC} take the vocabulary alone of {@code tokenizer.json} and build the rest themselves.
 */
enum TokenizerClass {
  /** Word pieces, as BERT cuts them. */
  BERT("WordPiece", true, SpecialTokens.BERT),
  /** BERT's, without token types. */
  DISTILBERT("WordPiece", false, SpecialTokens.BERT),
  /** Byte pairs, as RoBERTa joins them. */
  ROBERTA("BPE", false, SpecialTokens.ROBERTA),
  /** Pieces of SentencePiece's unigram model. */
  XLM_ROBERTA("Unigram", false, SpecialTokens.ROBERTA),
  /** What {@code tokenizer.json} says. */
  GENERIC("", false, Map.of());

  private static final Map<String, TokenizerClass> NAMES = names();

  /** The model that its {@code tokenizer.json} has to have; empty for any. */
  final String model;

  /** Whether it tells the tokens of two texts apart, where no setting says so. */
  final boolean types;

  /** Its special tokens where the files name no others. */
  final Map<String, String> tokens;

  TokenizerClass(String model, boolean types, Map<String, String> tokens) {
    this.model = model;
    this.types = types;
    this.tokens = tokens;
  }

  /** The class of that name in {@code tokenizer_class}, with or without {@code Fast}. */
  static Optional<TokenizerClass> named(String name) {
    String plain = name.endsWith("Fast") ? name.substring(0, name.length() - 4) : name;
    return Optional.ofNullable(NAMES.get(plain));
  }

  /** The class of a model type's tokenizers, where the files name none. */
  static Optional<TokenizerClass> ofModelType(String type) {
    return switch (type) {
      case "bert" -> Optional.of(BERT);
      case "roberta" -> Optional.of(ROBERTA);
      case "xlm-roberta" -> Optional.of(XLM_ROBERTA);
      default -> Optional.empty();
    };
  }

  private static Map<String, TokenizerClass> names() {
    Map<String, TokenizerClass> names = new TreeMap<>();
    for (String bert :
        List.of("Bert", "Electra", "MobileBert", "SqueezeBert", "LayoutLM", "Lxmert")) {
      names.put(bert + "Tokenizer", BERT);
    }
    names.put("DistilBertTokenizer", DISTILBERT);
    for (String roberta : List.of("Roberta", "Longformer", "Bart", "LED")) {
      names.put(roberta + "Tokenizer", ROBERTA);
    }
    names.put("XLMRobertaTokenizer", XLM_ROBERTA);
    for (String generic : List.of("PreTrainedTokenizer", "TokenizersBackend", "PythonBackend")) {
      names.put(generic, GENERIC);
    }
    return names;
  }
}
