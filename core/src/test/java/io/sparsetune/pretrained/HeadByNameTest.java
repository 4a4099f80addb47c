package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.model.Architecture;
import io.sparsetune.model.ClassifierStart;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.Loss;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadByNameTest {
  /** The golden model, whose three rows have names. */
  private static BaseModel base(String name, String id2label) {
    MemoryFolder folder = MemoryFolder.copyOf(Golden.folder(name));
    String config = folder.text("config.json").replaceFirst("(?s)\"id2label\": \\{.*?\\},", "");
    return BaseModel.open(
        folder.put(
            "config.json",
            "{\"id2label\": " + id2label + "," + config.substring(config.indexOf('{') + 1)));
  }

  private static ModelSpec spec(BaseModel base, Loss loss, int outputs) {
    Pooling pooling =
        base.encoder().architecture() == Architecture.ROBERTA ? Pooling.CLS : Pooling.POOLER;
    return new ModelSpec(base.encoder(), pooling, outputs, loss, Dropout.NONE);
  }

  private static float[] tensor(float[] theta, ParameterLayout layout, String name) {
    int t = layout.indexOf(name);
    return Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + layout.tensor(t).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta"})
  void rowsGoToTheLabelsThatTheBaseNamesThemBy(String name) {
    BaseModel base = base(name, "{\"0\":\"c\",\"1\":\"a\",\"2\":\"b\"}");
    ModelSpec inOrder = spec(base, Loss.CROSS_ENTROPY, 3);
    ModelSpec byName = base.startingByName(inOrder, List.of("a", "b", "c"));
    ParameterLayout layout = inOrder.layout();
    float[] before = base.load(inOrder, 1);
    float[] after = base.load(byName, 1);
    String classifier = byName.classifier();
    int hidden = base.encoder().hiddenSize();
    int[] rows = {1, 2, 0};
    for (String part : List.of(".weight", ".bias")) {
      int columns = part.equals(".weight") ? hidden : 1;
      float[] own = tensor(before, layout, classifier + part);
      float[] expected = new float[own.length];
      for (int i = 0; i < 3; i++) {
        System.arraycopy(own, rows[i] * columns, expected, i * columns, columns);
      }
      assertThat(tensor(after, layout, classifier + part)).isEqualTo(expected);
    }
    int classifierAt = layout.offset(layout.indexOf(classifier + ".weight"));
    assertThat(Arrays.copyOf(after, classifierAt)).isEqualTo(Arrays.copyOf(before, classifierAt));
    assertThat(base.headFingerprint(byName, 1)).isNotEqualTo(base.headFingerprint(inOrder, 1));
    assertThat(base.headOrigin(byName).initialised()).isEmpty();
    assertThat(base.headReport(byName, List.of("a", "b", "c")))
        .containsEntry(
            classifier, "from the base, its rows (c, a, b) put into the order of the labels");
  }

  @Test
  void theSameOrderIsTheBasesOwnHead() {
    BaseModel base = base("bert", "{\"2\":\"c\",\"0\":\"a\",\"1\":\"b\"}");
    ModelSpec spec = spec(base, Loss.CROSS_ENTROPY, 3);
    assertThat(base.startingByName(spec, List.of("a", "b", "c"))).isEqualTo(spec);
    assertThat(base.headReport(spec, List.of("a", "b", "c")))
        .isEqualTo(Map.of("pooler", "from the base", "classifier", "from the base"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'0':'a','1':'b','2':'d'}|a, b, d",
        "{'0':'a','1':'b','2':'b'}|a, b, b",
        "{'0':'A','1':'B','2':'C'}|A, B, C",
        "{'0':'LABEL_0','1':'LABEL_1','2':'LABEL_2'}|LABEL_0, LABEL_1, LABEL_2",
        "{'0':'a','1':'b','2':'c','3':'d'}|a, b, c, d",
        "{'1':'a','2':'b','3':'c'}|not named by id2label in its config.json",
        "{'0':'a','1':'b','4':'c'}|not named by id2label in its config.json",
        "null|not named by id2label in its config.json",
      })
  void rowsOfOtherNamesAreDrawnAnew(String id2label, String shown) {
    BaseModel base = base("bert", id2label.replace('\'', '"'));
    ModelSpec spec = base.startingByName(spec(base, Loss.CROSS_ENTROPY, 3), List.of("a", "b", "c"));
    assertThat(spec.classifierStart()).isEqualTo(ClassifierStart.DRAWN);
    assertThat(base.headOrigin(spec))
        .isEqualTo(new HeadOrigin(List.of("pooler.dense"), List.of("classifier")));
    assertThat(tensor(base.load(spec, 1), spec.layout(), "classifier.bias")).containsOnly(0f);
    assertThat(base.load(spec, 1)).isNotEqualTo(base.load(spec, 2));
    assertThat(base.headReport(spec, List.of("a", "b", "c")).get("classifier"))
        .isEqualTo(
            "drawn anew (the rows of the base's are %s; the labels are a, b, c)".formatted(shown));
  }

  @Test
  void namesThatAreNumbersAreTheLabelsTexts() {
    BaseModel base = base("bert", "{\"0\":2,\"1\":1,\"2\":0}");
    assertThat(
            base.startingByName(spec(base, Loss.CROSS_ENTROPY, 3), List.of("0", "1", "2"))
                .classifierStart())
        .isEqualTo(new ClassifierStart.Permuted(List.of(2, 1, 0)));
  }

  @Test
  void aHeadOfAnotherSizeIsDrawnAndSaysSo() {
    BaseModel base = base("bert", "{\"0\":\"a\",\"1\":\"b\",\"2\":\"c\"}");
    ModelSpec two = base.startingByName(spec(base, Loss.CROSS_ENTROPY, 2), List.of("a", "b"));
    assertThat(base.headReport(two, List.of("a", "b")))
        .isEqualTo(
            Map.of(
                "pooler",
                "from the base",
                "classifier",
                "drawn anew (the base's has 3 rows, this task needs 2)"));
    ModelSpec one = base.startingByName(spec(base, Loss.MEAN_SQUARED_ERROR, 1), List.of());
    assertThat(base.headReport(one, List.of()).get("classifier"))
        .isEqualTo("drawn anew (the base's has 3 rows, this task needs 1)");
  }

  @Test
  void aRegressionsOneRowNeedsNoName() {
    BaseModel base = Golden.base("bert-regression");
    ModelSpec spec = spec(base, Loss.MEAN_SQUARED_ERROR, 1);
    assertThat(base.startingByName(spec, List.of())).isEqualTo(spec);
    assertThat(base.headReport(spec, List.of()))
        .isEqualTo(Map.of("pooler", "from the base", "classifier", "from the base"));
  }

  @Test
  void longListsOfNamesAreCut() {
    BaseModel base = base("bert", "null");
    List<String> labels = IntStream.range(0, 1000).mapToObj(i -> "l" + i).toList();
    ModelSpec spec = spec(base, Loss.CROSS_ENTROPY, 3).with(ClassifierStart.DRAWN);
    assertThat(base.headReport(spec, labels).get("classifier"))
        .endsWith("the labels are l0, l1, l2, l3, l4, l5, l6, l7, … (1,000 in all))");
  }

  @Test
  void namesThatATerminalWouldObeyAreEscaped() {
    BaseModel base = base("bert", "{\"0\":\"a\\u001bb\",\"1\":\"c\\nd\",\"2\":\"e\"}");
    ModelSpec spec = base.startingByName(spec(base, Loss.CROSS_ENTROPY, 3), List.of("x", "y", "z"));
    assertThat(base.headReport(spec, List.of("x", "y", "z")).get("classifier"))
        .contains("a\\u001bb, c\\u000ad, e;");
  }

  @Test
  void rowsAreAPermutation() {
    for (List<Integer> rows :
        List.of(List.of(0, 0), List.of(0, 2), List.of(-1, 0), List.of(1, 2))) {
      assertThatThrownBy(() -> new ClassifierStart.Permuted(rows))
          .isInstanceOf(IllegalArgumentException.class);
    }
    ModelSpec three = spec(Golden.base("bert"), Loss.CROSS_ENTROPY, 3);
    assertThatThrownBy(() -> three.with(new ClassifierStart.Permuted(List.of(1, 0))))
        .hasMessage("Invalid start of the classifier: 2 rows for 3 outputs of CROSS_ENTROPY");
  }
}
