package io.sparsetune.testing;

import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.params.TensorSpec.Part;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Model folders for tests: the golden tiny one, and any size with random weights. */
public final class TestModels {
  private static final Path GOLDEN =
      Path.of(System.getProperty("golden.dir", "../core/src/test/resources/golden"));

  private TestModels() {}

  /**
   * The golden tiny BERT with a tokenizer of the words {@code w4}, {@code w5}, … as its vocabulary.
   *
   * @return number of words in the vocabulary, special tokens included
   */
  public static int golden(Path folder, double dropout) throws IOException {
    Files.createDirectories(folder);
    Path from = GOLDEN.resolve("bert");
    String config = Files.readString(from.resolve("config.json"));
    Matcher size = Pattern.compile("\"vocab_size\": (\\d+)").matcher(config);
    if (!size.find()) {
      throw new IllegalStateException("No vocab_size in " + from);
    }
    int words = Integer.parseInt(size.group(1));
    Files.writeString(
        folder.resolve("config.json"),
        config.replaceAll("(_dropout_prob\": )[0-9.]+", "$1" + dropout));
    Files.copy(from.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer(words));
    return words;
  }

  /** Longest sequence that the golden tiny BERT has positions for. */
  public static int goldenMaxTokens() throws IOException {
    String config = Files.readString(GOLDEN.resolve("bert/config.json"));
    Matcher size = Pattern.compile("\"max_position_embeddings\": (\\d+)").matcher(config);
    if (!size.find()) {
      throw new IllegalStateException("No max_position_embeddings");
    }
    return Integer.parseInt(size.group(1));
  }

  /** A folder with BERT-base's sizes and random weights; 438 MB. */
  public static void bertBase(Path folder) throws IOException {
    EncoderConfig base =
        new EncoderConfig(
            Architecture.BERT, 30_522, 768, 12, 12, 3_072, Activation.GELU, 512, 2, 0, 1e-12);
    random(folder, base, 1);
  }

  /** A Hugging Face folder of a BERT encoder with uniform weights of standard deviation 0.02. */
  public static void random(Path folder, EncoderConfig sizes, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), config(sizes));
    Files.writeString(folder.resolve("tokenizer.json"), tokenizer(sizes.vocabularySize()));
    List<TensorSpec> tensors =
        new ModelSpec(sizes, Pooling.CLS, 2, Loss.CROSS_ENTROPY, Dropout.NONE)
            .layout().tensors().stream().filter(tensor -> tensor.part() != Part.HEAD).toList();
    StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
    long offset = 0;
    for (TensorSpec tensor : tensors) {
      long end = offset + 4L * tensor.size();
      header.append(
          ",\"bert.%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(tensor.name(), tensor.shape().toString().replace(" ", ""), offset, end));
      offset = end;
    }
    header.append('}');
    while (header.length() % 8 != 0) {
      header.append(' ');
    }
    try (OutputStream out =
        new BufferedOutputStream(
            Files.newOutputStream(folder.resolve("model.safetensors")), 1 << 20)) {
      out.write(little(8).putLong(header.length()).array());
      out.write(header.toString().getBytes(StandardCharsets.US_ASCII));
      SplittableRandom random = new SplittableRandom(seed);
      for (TensorSpec tensor : tensors) {
        weights(out, tensor, random);
      }
    }
  }

  private static void weights(OutputStream out, TensorSpec tensor, SplittableRandom random)
      throws IOException {
    boolean scale = tensor.name().endsWith("LayerNorm.weight");
    ByteBuffer row = little(4 * tensor.columns());
    for (int r = 0; r < tensor.size() / tensor.columns(); r++) {
      row.clear();
      for (int c = 0; c < tensor.columns(); c++) {
        float weight = (float) (0.02 * Math.sqrt(12) * (random.nextDouble() - 0.5));
        row.putFloat(scale ? 1 + weight : weight);
      }
      out.write(row.array());
    }
  }

  private static String config(EncoderConfig sizes) {
    return """
        {"model_type": "bert", "architectures": ["BertModel"], "vocab_size": %d, "hidden_size": %d,
         "num_hidden_layers": %d, "num_attention_heads": %d, "intermediate_size": %d,
         "hidden_act": "gelu", "max_position_embeddings": %d, "type_vocab_size": %d,
         "pad_token_id": %d, "layer_norm_eps": %s, "hidden_dropout_prob": 0.1,
         "attention_probs_dropout_prob": 0.1}
        """
        .formatted(
            sizes.vocabularySize(),
            sizes.hiddenSize(),
            sizes.layers(),
            sizes.heads(),
            sizes.intermediateSize(),
            sizes.maxPositions(),
            sizes.typeVocabularySize(),
            sizes.padTokenId(),
            sizes.layerNormEps());
  }

  /** Whole words, split at white space; BERT's template. */
  private static String tokenizer(int words) {
    StringBuilder vocabulary =
        new StringBuilder("\"[PAD]\": 0, \"[UNK]\": 1, \"[CLS]\": 2, \"[SEP]\": 3");
    for (int i = 4; i < words; i++) {
      vocabulary.append(", \"w").append(i).append("\": ").append(i);
    }
    return """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
         "pre_tokenizer": {"type": "WhitespaceSplit"},
         "post_processor": {"type": "TemplateProcessing",
           "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                      {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
           "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
           "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                              "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
         "decoder": null,
         "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "[UNK]"}}
        """
        .formatted(vocabulary);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
