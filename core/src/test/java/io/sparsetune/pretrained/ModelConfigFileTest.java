package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.CorruptFileException;
import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.error.UserException;
import io.sparsetune.files.ByteSource;
import io.sparsetune.model.Activation;
import io.sparsetune.model.Architecture;
import io.sparsetune.model.Dropout;
import io.sparsetune.model.EncoderConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelConfigFileTest {
  private static ModelConfigFile read(String json) {
    return ModelConfigFile.read(
        ByteSource.of("m/config.json", json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatBertsFileLeavesOutHasTheDefaultsOfTransformers() {
    ModelConfigFile config = read("{'model_type':'bert'}");
    assertThat(config.encoder())
        .isEqualTo(
            new EncoderConfig(
                Architecture.BERT, 30522, 768, 12, 12, 3072, Activation.GELU, 512, 2, 0, 1e-12));
    assertThat(config.dropout()).isEqualTo(new Dropout(0.1, 0.1, 0.1));
    assertThat(config.labels()).isEmpty();
    assertThat(config.problemType()).isEmpty();
  }

  @Test
  void whatRobertasFileLeavesOutHasTheDefaultsOfTransformers() {
    assertThat(read("{'model_type':'roberta'}").encoder())
        .isEqualTo(
            new EncoderConfig(
                Architecture.ROBERTA, 50265, 768, 12, 12, 3072, Activation.GELU, 512, 2, 1, 1e-12));
  }

  @Test
  void everyKeyIsRead() {
    ModelConfigFile config =
        read(
            "{'model_type':'roberta','vocab_size':9,'hidden_size':8,'num_hidden_layers':3,"
                + "'num_attention_heads':2,'intermediate_size':5,'hidden_act':'relu',"
                + "'max_position_embeddings':11,'type_vocab_size':1,'pad_token_id':4,"
                + "'layer_norm_eps':1e-5,'hidden_dropout_prob':0.2,"
                + "'attention_probs_dropout_prob':0.3,'classifier_dropout':0.4,"
                + "'id2label':{'1':'b','0':'a'},'problem_type':'single_label_classification',"
                + "'is_decoder':false,'position_embedding_type':'absolute','other':[1]}");
    assertThat(config.encoder())
        .isEqualTo(
            new EncoderConfig(
                Architecture.ROBERTA, 9, 8, 3, 2, 5, Activation.RELU, 11, 1, 4, 1e-5));
    assertThat(config.dropout()).isEqualTo(new Dropout(0.2, 0.3, 0.4));
    assertThat(config.labels()).containsExactly("a", "b");
    assertThat(config.problemType()).contains("single_label_classification");
    assertThat(config.json().has("other")).isTrue();
  }

  @Test
  void theClassifiersDropoutIsTheHiddenOneWhereItIsNull() {
    assertThat(
            read("{'model_type':'bert','hidden_dropout_prob':0.25,'classifier_dropout':null}")
                .dropout())
        .isEqualTo(new Dropout(0.25, 0.1, 0.25));
  }

  @ParameterizedTest
  @CsvSource({
    "gelu, GELU",
    "gelu_new, GELU_TANH",
    "gelu_pytorch_tanh, GELU_TANH",
    "relu, RELU",
    "silu, SILU",
    "swish, SILU"
  })
  void activationsGoByTransformersNames(String name, Activation activation) {
    EncoderConfig encoder =
        read("{'model_type':'bert','hidden_act':'%s'}".formatted(name)).encoder();
    assertThat(encoder.activation()).isEqualTo(activation);
    assertThat(ModelConfigFile.of("m", ModelConfigFile.json(encoder)).encoder()).isEqualTo(encoder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'model_type':'gpt2'|model_type gpt2 cannot be trained; known model types are bert and"
            + " roberta",
        "'model_type':'bert','is_decoder':true|is_decoder is true: decoders are not supported",
        "'model_type':'bert','add_cross_attention':true|add_cross_attention is true: decoders are"
            + " not supported",
        "'model_type':'bert','position_embedding_type':'relative_key'|position_embedding_type is"
            + " relative_key: only absolute position embeddings are supported",
        "'model_type':'bert','hidden_act':'mish'|hidden_act mish is not known (known: gelu,"
            + " gelu_new, gelu_pytorch_tanh, relu, silu, swish)",
      })
  void otherKindsOfModelsAreUnsupported(String json, String message) {
    assertRefused(UnsupportedVersionException.class, json, message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'hidden_size':8|it has no model_type; known model types are bert and roberta",
        "'model_type':'bert','hidden_size':0|hidden_size is 0, but must be a positive whole number",
        "'model_type':'bert','hidden_size':'8'|hidden_size is \"8\", but must be a positive whole"
            + " number",
        "'model_type':'bert','vocab_size':1.5|vocab_size is 1.5, but must be a positive whole"
            + " number",
        "'model_type':'bert','vocab_size':9999999999|vocab_size is 9999999999, but must be a"
            + " positive whole number",
        "'model_type':'bert','num_hidden_layers':2000000000|num_hidden_layers is 2000000000, but"
            + " must be at most 1024",
        "'model_type':'bert','vocab_size':2000000000|its sizes give more than 2,147,483,639"
            + " parameters",
        "'model_type':'bert','vocab_size':2000000000,'hidden_size':1200000000|its sizes give more"
            + " than 2,147,483,639 parameters",
        "'model_type':'bert','num_attention_heads':5|hidden_size 768 is not a multiple of"
            + " num_attention_heads 5",
        "'model_type':'bert','pad_token_id':-1|pad_token_id is -1, but must be a token's number",
        "'model_type':'roberta','max_position_embeddings':2|max_position_embeddings 2 leaves no"
            + " room after pad_token_id 1",
        "'model_type':'bert','layer_norm_eps':0|layer_norm_eps is 0, but must be a small positive"
            + " number",
        "'model_type':'bert','hidden_dropout_prob':1.0|hidden_dropout_prob is 1.0, but must be a"
            + " probability in [0, 1)",
        "'model_type':'bert','id2label':{'x':'a'}|id2label is {\"x\":\"a\"}, but must be an object"
            + " whose keys are whole numbers",
        "'model_type':'bert','id2label':['a','b']|id2label is [\"a\",\"b\"], but must be an object"
            + " whose keys are whole numbers",
        "'model_type':'bert','id2label':'a'|id2label is \"a\", but must be an object whose keys are"
            + " whole numbers",
        "'model_type':'bert','model_type':'bert'|the key 'model_type' is there twice",
      })
  void valuesThatMakeNoSenseAreNamed(String json, String message) {
    assertRefused(CorruptFileException.class, json, message.replace("\\\"", "\""));
  }

  /** transformers makes the keys whole numbers, and looks at no value. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'0':'a','1':'b'}|a,b",
        "{'10':'k','2':'c','0':'a','1':'b','3':'d','4':'e','5':'f','6':'g','7':'h','9':'j','8':'i'}|a,b,c,d,e,f,g,h,i,j,k",
        "{'1':'b',' 00 ':'a'}|a,b",
        "{'0':0,'1':1}|0,1",
        "{'0':-1,'1':0.0,'2':0.5,'3':true}|-1,0,0.5,true",
        "{'0':null,'1':'b'}|,b",
        "{'0':['x'],'1':{}}|[\"x\"],{}",
        "{}|``",
        "{'1':'a','2':'b'}|``",
        "{'0':'a','2':'b'}|``",
        "{'-1':'a','0':'b'}|``",
        "null|``",
      })
  void id2labelNamesRowsWhereItsKeysNumberThem(String id2label, String labels) {
    List<String> expected = labels.isEmpty() ? List.of() : List.of(labels.split(","));
    assertThat(read("{'model_type':'bert','id2label':" + id2label + "}").labels())
        .isEqualTo(expected);
  }

  private static void assertRefused(
      Class<? extends UserException> kind, String json, String message) {
    assertThatThrownBy(() -> read("{" + json + "}"))
        .isInstanceOf(kind)
        .hasMessageStartingWith("Cannot read m/config.json: ")
        .hasMessageContaining(message);
  }
}
