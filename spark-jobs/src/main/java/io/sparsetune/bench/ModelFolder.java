package io.sparsetune.bench;

import io.sparsetune.model.EncoderConfig;
import io.sparsetune.model.ModelSpec;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Hugging Face folders of BERT encoders that exist only to be measured. */
final class ModelFolder {
  private ModelFolder() {}

  static void write(ModelSpec spec, float[] theta, Path folder) throws IOException {
    ParameterLayout layout = spec.layout();
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      int from = layout.offset(t);
      String prefix = tensor.name().startsWith("classifier") ? "" : "bert.";
      float[] values = Arrays.copyOfRange(theta, from, from + tensor.size());
      weights.floats(prefix + tensor.name(), tensor.shape(), values);
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      weights.writeTo(out);
    }
    EncoderConfig c = spec.encoder();
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "bert", "vocab_size": %d, "hidden_size": %d, "num_hidden_layers": %d,
         "num_attention_heads": %d, "intermediate_size": %d, "hidden_act": "gelu",
         "max_position_embeddings": %d, "type_vocab_size": 2, "pad_token_id": 0,
         "layer_norm_eps": 1e-12}
        """
            .formatted(
                c.vocabularySize(),
                c.hiddenSize(),
                c.layers(),
                c.heads(),
                c.intermediateSize(),
                c.maxPositions()));
  }

  static void delete(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve("model.safetensors"));
    Files.deleteIfExists(folder.resolve("config.json"));
    Files.delete(folder);
  }
}
