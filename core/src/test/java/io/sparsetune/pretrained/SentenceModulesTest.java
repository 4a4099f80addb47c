package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.DataException;
import io.sparsetune.files.InputFolder;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.model.Pooling;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SentenceModulesTest {
  private static final String ROOT =
      "[{'idx':0,'name':'0','path':'','type':'sentence_transformers.models.Transformer'},"
          + "{'idx':1,'name':'1','path':'1_Pooling','type':'sentence_transformers.models.Pooling'}]";

  private static String json(String text) {
    return text.replace('\'', '"');
  }

  private static BaseModel base(String modules, String pooling) {
    return BaseModel.open(
        MemoryFolder.copyOf(Golden.folder("bert"))
            .put("modules.json", json(modules))
            .put("1_Pooling/config.json", json(pooling)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'pooling_mode_mean_tokens':true,'pooling_mode_cls_token':false}|mean|MEAN",
        "{'word_embedding_dimension':32,'pooling_mode_mean_tokens':true,'include_prompt':true}|mean|MEAN",
        "{'pooling_mode_mean_tokens':false,'pooling_mode_cls_token':true}|cls|CLS",
        "{}|mean|MEAN",
        "{'pooling_mode':'mean'}|mean|MEAN",
        "{'pooling_mode':'cls','embedding_dimension':32}|cls|CLS",
        "{'pooling_mode':['mean']}|mean|MEAN",
        "{'pooling_mode':'lasttoken'}|lasttoken|",
        "{'pooling_mode':['cls','mean']}|cls+mean|",
        "{'pooling_mode_mean_tokens':true,'pooling_mode_cls_token':true}|cls+mean|",
        "{'pooling_mode_mean_tokens':false,'pooling_mode_max_tokens':true}|max|",
        "{'pooling_mode_mean_tokens':false,'pooling_mode_weightedmean_tokens':true}|weightedmean|",
        "{'pooling_mode_mean_tokens':false,'pooling_mode_lasttoken':true}|lasttoken|",
        "{'pooling_mode_mean_tokens':false,'pooling_mode_mean_sqrt_len_tokens':true}|mean_sqrt_len_tokens|",
      })
  void thePoolingIsWhatTheFolderSays(String config, String mode, Pooling pooling) {
    SentencePooling read = base(ROOT, config).sentencePooling().orElseThrow();
    assertThat(read.file()).isEqualTo("1_Pooling/config.json");
    assertThat(read.mode()).isEqualTo(mode);
    assertThat(read.pooling()).isEqualTo(Optional.ofNullable(pooling));
  }

  @Test
  void anotherFolderSaysNothingOfPooling() {
    assertThat(Golden.base("bert").sentencePooling()).isEmpty();
    assertThat(
            base("[{'path':'','type':'sentence_transformers.models.Transformer'}]", "{}")
                .sentencePooling())
        .isEmpty();
  }

  @Test
  void aPoolingThatIsNotThereIsNoKnownOne() {
    BaseModel base =
        BaseModel.open(MemoryFolder.copyOf(Golden.folder("bert")).put("modules.json", json(ROOT)));
    assertThat(base.sentencePooling().orElseThrow().pooling()).isEmpty();
    assertThat(base.files()).doesNotContain("1_Pooling/config.json").contains("modules.json");
  }

  @Test
  void modulesWithoutACounterpartAreNamed() {
    BaseModel base =
        base(
            ROOT.replace("]", "")
                + ",{'path':'2_Dense','type':'sentence_transformers.models.Dense'},"
                + "{'path':'3_Normalize','type':'sentence_transformers.models.Normalize'}]",
            "{}");
    assertThat(base.unusedModules()).containsExactly("2_Dense (Dense)", "3_Normalize (Normalize)");
  }

  @Test
  void theEncoderMayLieInAFolderOfItsOwn() throws Exception {
    MemoryFolder plain = MemoryFolder.copyOf(Golden.folder("bert"));
    MemoryFolder folder = new MemoryFolder("st");
    for (String name : plain.names()) {
      folder.put("0_Transformer/" + name, plain.bytes(name));
    }
    folder
        .put("modules.json", json(ROOT.replaceFirst("'path':''", "'path':'0_Transformer'")))
        .put("1_Pooling/config.json", "{}");
    BaseModel base = BaseModel.open(folder);
    ModelSpec spec = Golden.spec(Golden.base("bert"));
    assertThat(base.load(spec, 1)).isEqualTo(Golden.base("bert").load(spec, 1));
    assertThat(base.sentencePooling().orElseThrow().mode()).isEqualTo("mean");
    assertThat(base.files())
        .contains(
            "0_Transformer/config.json",
            "0_Transformer/model.safetensors",
            "modules.json",
            "1_Pooling/config.json");
    for (String name : base.files()) {
      assertThat(folder.contains(name)).as(name).isTrue();
    }
    InputFolder encoder = base.folder();
    for (String name : base.tokenizerFiles()) {
      assertThat(encoder.contains(name)).as(name).isTrue();
    }
    MemoryFolder shipped = new MemoryFolder("shipped");
    base.files().forEach(name -> shipped.put(name, folder.bytes(name)));
    assertThat(BaseModel.open(shipped).fingerprint()).isEqualTo(base.fingerprint());
    folder.remove("0_Transformer/model.safetensors");
    assertThatThrownBy(() -> BaseModel.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("Cannot read a model from st/0_Transformer: it has no");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[1]",
        "[{}]",
        "[{'path':'../x','type':'a.Transformer'}]",
        "[{'path':'/etc','type':'a.Transformer'}]",
        "[{'path':'a/b','type':'a.Pooling'}]",
        "[{'path':'..','type':'a.Pooling'}]",
        "[{'path':'a\\u0000b','type':'a.Pooling'}]",
        "[{'path':'','type':7}]",
        "[{'path':null,'type':'a.Pooling'}]",
        "[",
      })
  void hostileModulesAreRefused(String modules) {
    assertThatThrownBy(() -> base(modules, "{}"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessageContaining("bert/modules.json");
  }

  @Test
  void moreModulesThanAModelHasAreRefused() {
    String many = "{'path':'','type':'a.Normalize'},".repeat(101);
    assertThatThrownBy(() -> base("[" + many.substring(0, many.length() - 1) + "]", "{}"))
        .hasMessageContaining("it lists 101 modules, more than 100");
  }

  @Test
  void aFlagIsTrueOrFalse() {
    assertThatThrownBy(() -> base(ROOT, "{'pooling_mode_cls_token':'yes'}"))
        .isInstanceOf(CorruptFileException.class)
        .hasMessage(
            "Cannot read bert/1_Pooling/config.json: pooling_mode_cls_token must be true or false");
  }
}
