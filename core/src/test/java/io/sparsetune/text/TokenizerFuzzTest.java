package io.sparsetune.text;

import static io.sparsetune.fuzz.FuzzTarget.texts;

import io.sparsetune.fuzz.ByteMutation;
import io.sparsetune.fuzz.FuzzTarget;
import io.sparsetune.fuzz.Fuzzer;
import io.sparsetune.fuzz.JsonMutation;
import io.sparsetune.fuzz.LinesMutation;
import io.sparsetune.fuzz.Mutation;
import io.sparsetune.fuzz.TinyFiles;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The files of a tokenizer, and the library that reads what is made of them. */
class TokenizerFuzzTest {
  private static final String FOLDER = "mem/model";
  private static final String JSON = "tokenizer.json";
  private static final String VOCABULARY = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ncat\n##s\n.\n";

  private static final String BYTE_LEVEL =
      """
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[\
      {"id":0,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,\
      "normalized":false,"special":true},{"id":2,"content":"</s>","single_word":false,\
      "lstrip":false,"rstrip":false,"normalized":false,"special":true}],"normalizer":null,\
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,\
      "use_regex":true},"post_processor":{"type":"RobertaProcessing","sep":["</s>",2],\
      "cls":["<s>",0],"trim_offsets":true,"add_prefix_space":false},\
      "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},\
      "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":"",\
      "end_of_word_suffix":"","fuse_unk":false,"byte_fallback":false,\
      "vocab":{"<s>":0,"</s>":2,"a":3,"b":4,"ab":5,"c":6},"merges":["a b"]}}\
      """;

  private static final String UNIGRAM =
      """
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":[],\
      "normalizer":{"type":"Sequence","normalizers":[{"type":"Nmt"},{"type":"NFKC"},\
      {"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},\
      "pre_tokenizer":{"type":"Metaspace","replacement":"\\u2581","prepend_scheme":"always",\
      "split":true},"post_processor":{"type":"TemplateProcessing","single":[\
      {"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},\
      {"Sequence":{"id":"B","type_id":1}}],"special_tokens":{}},\
      "model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0.0],["\\u2581",-1.5],["a",-2.0],\
      ["b",-2.5]],"byte_fallback":false}}\
      """;

  private static final List<String> KEYS =
      List.of(
          "added_tokens",
          "normalizer",
          "pre_tokenizer",
          "post_processor",
          "decoder",
          "model",
          "type",
          "vocab",
          "merges",
          "unk_token",
          "unk_id",
          "dropout",
          "id",
          "content",
          "lstrip",
          "normalized",
          "special",
          "single",
          "pair",
          "special_tokens",
          "ids",
          "tokens",
          "type_id",
          "pattern",
          "Regex",
          "String",
          "behavior",
          "normalizers",
          "pretokenizers",
          "processors",
          "precompiled_charsmap",
          "replacement",
          "add_prefix_space",
          "continuing_subword_prefix",
          "end_of_word_suffix",
          "max_input_chars_per_word",
          "byte_fallback",
          "fuse_unk",
          "cls",
          "sep",
          "do_lower_case",
          "strip_accents",
          "tokenizer_class",
          "truncation_side",
          "added_tokens_decoder",
          "unk_token",
          "cls_token",
          "sep_token",
          "model_max_length");

  private static final List<String> VALUES =
      List.of(
          "{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},\"merges\":[\"a b\"]}",
          "{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}",
          "{\"type\":\"BPE\",\"dropout\":2.5,\"vocab\":{\"a\":0},\"merges\":[]}",
          "{\"type\":\"Unigram\",\"unk_id\":7,\"vocab\":[[\"a\",-1.0]]}",
          "{\"type\":\"Unigram\",\"vocab\":[]}",
          "{\"type\":\"WordLevel\",\"vocab\":{\"a\":0},\"unk_token\":\"zz\"}",
          "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}",
          "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"CAAAAAAAAAAAAAAA\"}",
          "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(a*)*b\"},\"content\":\"\"}",
          "{\"type\":\"Replace\",\"pattern\":{\"String\":\"\"},\"content\":\"xxx\"}",
          "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"(\"},\"content\":\"\"}",
          "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a|aa)+$\"},\"behavior\":\"Removed\","
              + "\"invert\":true}",
          "{\"type\":\"Sequence\",\"normalizers\":[]}",
          "{\"type\":\"Sequence\",\"pretokenizers\":[]}",
          "{\"type\":\"Metaspace\",\"replacement\":\"\",\"prepend_scheme\":\"always\"}",
          "{\"type\":\"Prepend\",\"prepend\":\"\"}",
          "{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":true}",
          "{\"type\":\"BertProcessing\",\"sep\":[\"x\",4294967295],\"cls\":[\"y\",7]}",
          "{\"type\":\"Punctuation\",\"behavior\":\"Isolated\"}",
          "{\"type\":\"WhitespaceSplit\"}",
          "{\"type\":\"NFKC\"}",
          "[{\"SpecialToken\":{\"id\":\"[CLS]\",\"type_id\":7}}]",
          "[{\"Sequence\":{\"id\":\"B\",\"type_id\":0}}]",
          "\"BertTokenizer\"",
          "\"RobertaTokenizer\"",
          "\"PreTrainedTokenizerFast\"",
          "\"left\"",
          "4294967295",
          "\"the\"",
          "{\"content\":\"cat\"}");

  private static final Mutation MUTATION = new JsonMutation(KEYS, VALUES);

  @TestFactory
  Stream<DynamicTest> aTokenizerIsReadOrRefusedByName() {
    List<byte[]> tokenizers = texts(TinyFiles.TOKENIZER, BYTE_LEVEL, UNIGRAM);
    String settings =
        """
        {"tokenizer_class":"BertTokenizer","do_lower_case":true,"strip_accents":null,\
        "cls_token":"[CLS]","sep_token":{"content":"[SEP]","lstrip":false},"unk_token":"[UNK]",\
        "added_tokens_decoder":{"4":{"content":"[MASK]","special":true}}}\
        """;
    return Fuzzer.tests(
        4,
        List.of(
            target(JSON, tokenizers, MUTATION, Map.of()),
            target(
                "vocab.txt",
                texts(VOCABULARY, VOCABULARY.replace("\n", "\r\n")),
                new LinesMutation(ByteMutation.BYTES, List.of("[UNK]", "[CLS]", "##")),
                Map.of()),
            target(
                "tokenizer_config.json",
                texts(settings),
                MUTATION,
                Map.of("vocab.txt", VOCABULARY)),
            target(
                "special_tokens_map.json",
                texts("{\"unk_token\":\"[UNK]\",\"cls_token\":{\"content\":\"[CLS]\"}}"),
                MUTATION,
                Map.of("vocab.txt", VOCABULARY)),
            target(
                "added_tokens.json",
                texts("{\"<x>\":9}"),
                MUTATION,
                Map.of("vocab.txt", VOCABULARY)),
            new FuzzTarget(
                "tokenizer-native",
                FOLDER,
                texts(TinyFiles.TOKENIZER),
                MUTATION,
                input -> tokenise(checked(Map.of(JSON, input))),
                // Each starts a process.
                Duration.ofSeconds(60))));
  }

  private static FuzzTarget target(
      String name, List<byte[]> examples, Mutation mutation, Map<String, String> others) {
    return new FuzzTarget(
        name,
        FOLDER,
        examples,
        mutation,
        input -> {
          Map<String, byte[]> files = new TreeMap<>();
          others.forEach((file, text) -> files.put(file, text.getBytes(StandardCharsets.UTF_8)));
          files.put(name, input);
          checked(files);
        });
  }

  private static CheckedTokenizer checked(Map<String, byte[]> files) {
    byte[] json = TokenizerJson.find(name -> Optional.ofNullable(files.get(name)), FOLDER);
    return TokenizerChecks.checked(json, FOLDER + "/" + JSON);
  }

  /** Texts in a tokenizer that the child process took for sound. */
  private static void tokenise(CheckedTokenizer tokenizer) {
    ProbeProcess.check(tokenizer);
    try (TextEncoder encoder = TextEncoder.of(tokenizer, 8)) {
      for (String text :
          List.of("", "the cats a b.", "ab\0\ud83d\ude00\ufffd", "[CLS] <s> \u4e2d")) {
        encoder.encode(text);
        encoder.encode(text, "aaaa");
      }
    }
  }
}
