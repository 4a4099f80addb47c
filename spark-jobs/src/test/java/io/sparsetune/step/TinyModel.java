package io.sparsetune.step;

import io.sparsetune.model.EncoderConfig;
import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.train.TinyTask;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The model of {@link TinyTask} as a folder. */
final class TinyModel {
  private TinyModel() {}

  static void write(Path folder) throws IOException {
    ParameterLayout layout = TinyTask.spec().layout();
    float[] theta = TinyTask.theta();
    SafetensorsWriter weights = new SafetensorsWriter().metadata("format", "pt");
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      String prefix = tensor.name().startsWith("classifier") ? "" : "bert.";
      int from = layout.offset(t);
      weights.floats(
          prefix + tensor.name(),
          tensor.shape(),
          Arrays.copyOfRange(theta, from, from + tensor.size()));
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      weights.writeTo(out);
    }
    EncoderConfig c = TinyTask.spec().encoder();
    Files.writeString(
        folder.resolve("config.json"),
        """
        {"model_type": "bert", "vocab_size": %d, "hidden_size": %d, "num_hidden_layers": %d,
         "num_attention_heads": %d, "intermediate_size": %d, "hidden_act": "gelu",
         "max_position_embeddings": %d, "type_vocab_size": %d, "pad_token_id": %d,
         "layer_norm_eps": %s}
        """
            .formatted(
                c.vocabularySize(),
                c.hiddenSize(),
                c.layers(),
                c.heads(),
                c.intermediateSize(),
                c.maxPositions(),
                c.typeVocabularySize(),
                c.padTokenId(),
                c.layerNormEps()));
  }
}
