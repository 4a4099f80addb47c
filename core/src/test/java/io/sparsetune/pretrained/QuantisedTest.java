package io.sparsetune.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparsetune.error.UnsupportedVersionException;
import io.sparsetune.testing.Golden;
import io.sparsetune.testing.MemoryFolder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantisedTest {
  private static final String REMEDY =
      "so its weights are rounded; give the float model that it was made from";

  private static BaseModel open(String name, String dtype, int bytes) {
    String header =
        "{\"%s\":{\"dtype\":\"%s\",\"shape\":[8],\"data_offsets\":[0,%d]}}"
            .formatted(name, dtype, bytes);
    ByteBuffer file =
        ByteBuffer.allocate(8 + header.length() + bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
    return BaseModel.open(
        MemoryFolder.copyOf(Golden.folder("bert"), "config.json")
            .put("model.safetensors", file.array()));
  }

  @ParameterizedTest
  @CsvSource({
    "weight, I8, 8",
    "weight, U8, 8",
    "weight, F8_E4M3, 8",
    "weight, F4, 4",
    "weight_scale_inv, F32, 32",
    "weight_packed, I32, 32",
    "qweight, I32, 32",
    "SCB, F32, 32",
    "weight.absmax, F32, 32",
    "weight.quant_state.bitsandbytes__nf4, U8, 8",
  })
  void roundedWeightsOfTheEncoderAreRefusedAsThat(String part, String dtype, int bytes) {
    String name = "encoder.layer.0.attention.self.query." + part;
    assertThatThrownBy(() -> open("bert." + name, dtype, bytes))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessageStartingWith(
            "Cannot read bert/model.safetensors: the model is quantised (its tensors:"
                + " bert.encoder.")
        .hasMessageEndingWith(REMEDY);
  }

  @Test
  void otherTensorsMayBeOfAnyType() {
    assertThatThrownBy(() -> open("lm_head.weight", "I8", 8))
        .hasMessageContaining("the encoder lacks");
    assertThatThrownBy(() -> open("bert.embeddings.position_ids", "U8", 8))
        .hasMessageContaining("the encoder lacks");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'quant_method':'gptq','bits':4}|gptq",
        "{'quant_method':'bitsandbytes','load_in_8bit':true}|bitsandbytes",
        "{'bits':4}|{'bits':4}",
      })
  void aConfigurationThatSaysSoIsRefused(String json, String shown) {
    assertThatThrownBy(() -> withQuantisation(json))
        .isInstanceOf(UnsupportedVersionException.class)
        .hasMessage(
            "Cannot read bert/config.json: the model is quantised (its quantization_config: %s),"
                + " %s",
            shown.replace('\'', '"'), REMEDY);
    assertThat(withQuantisation("null").encoder()).isEqualTo(Golden.base("bert").encoder());
  }

  private static BaseModel withQuantisation(String json) {
    MemoryFolder folder = MemoryFolder.copyOf(Golden.folder("bert"));
    String key = "{\"quantization_config\":" + json.replace('\'', '"') + ",";
    return BaseModel.open(
        folder.put("config.json", folder.text("config.json").replaceFirst("\\{", key)));
  }
}
