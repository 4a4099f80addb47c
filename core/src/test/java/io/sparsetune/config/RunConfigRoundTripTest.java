package io.sparsetune.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparsetune.error.ConfigException;
import io.sparsetune.files.StrictJson;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A configuration as a run's record has it is the configuration, whatever its texts are. */
class RunConfigRoundTripTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What YAML folds, refuses, or takes for something else, beside plain letters. */
  private static final int[] ODD = {
    0, 1, 8, 9, 10, 13, 27, 34, 35, 38, 39, 42, 44, 45, 58, 63, 92, 96, 123, 125, 126, 127, 128,
    0x85, 0x9f, 0xa0, 0xad, 0x61c, 0x200b, 0x200e, 0x2028, 0x2029, 0x202e, 0x2066, 0xd7ff, 0xe000,
    0xfeff, 0xfffe, 0xffff, 0x1f600, 0xe0001, 0x10ffff, 'a', 'e', '1', '.', ' ', 'n'
  };

  @Test
  void whatIsWrittenIsReadBackWhateverTheTextsAre() throws JsonProcessingException {
    Random random = new Random(19);
    for (int i = 0; i < 500; i++) {
      Set<String> columns = new LinkedHashSet<>();
      Set<String> labels = new LinkedHashSet<>();
      while (columns.size() < 3) {
        columns.add(text(random));
      }
      while (labels.size() < 2) {
        labels.add(text(random));
      }
      List<String> names = List.copyOf(columns);
      Map<String, Object> written = new LinkedHashMap<>();
      written.put("model", Map.of("path", text(random)));
      written.put(
          "task",
          Map.of(
              "text", names.get(0),
              "text_pair", names.get(1),
              "label", names.get(2),
              "labels", labels));
      written.put(
          "data",
          Map.of(
              "train", List.of(text(random), text(random)),
              "validation", List.of("0.5", text(random)),
              "test", text(random)));
      written.put("method", Map.of("name", "sam", "exclude", List.of(text(random))));
      written.put("training", Map.of("seed", random.nextLong() >> random.nextInt(60)));
      written.put("output", text(random));
      String json = JSON.writeValueAsString(written);
      RunConfig config = RunConfigParser.parse(StrictJson.parseObject("a", json), "a", List.of());
      assertThat(config.task().labels()).containsExactlyElementsOf(labels);
      assertThat(config.data().train().get(0))
          .isEqualTo(((List<?>) ((Map<?, ?>) written.get("data")).get("train")).get(0));
      assertThat(read(config)).as(json).isEqualTo(config);
    }
  }

  @Test
  void halfOfACharacterIsRefusedBecauseNoFileCanHoldIt() {
    String yaml =
        RunConfigParserTest.LEAST + "task: {text: \"a\\uD800b\", labels: [x, \"\\uDC00\"]}\n";
    assertThatThrownBy(() -> RunConfigParser.parse(yaml, "run.yaml", List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "Cannot use task.text (run.yaml, line 4): it has half of a character (a surrogate"
                + " without the other), which no file can hold")
        .hasMessageContaining(
            "Cannot use task.labels (run.yaml, line 4): it has half of a character");
  }

  private static RunConfig read(RunConfig config) throws JsonProcessingException {
    String json = JSON.writeValueAsString(RunConfigWriter.toMap(config));
    return RunConfigParser.parse(StrictJson.parseObject("b", json), "b", List.of());
  }

  /** Not blank, and of characters that a file can hold. */
  private static String text(Random random) {
    int[] picked =
        IntStream.range(0, 1 + random.nextInt(8))
            .map(
                i ->
                    random.nextInt(4) == 0
                        ? random.nextInt(0xd800)
                        : ODD[random.nextInt(ODD.length)])
            .toArray();
    String text = IntStream.of(picked).mapToObj(Character::toString).collect(Collectors.joining());
    return text.isBlank() ? text + "x" : text;
  }
}
