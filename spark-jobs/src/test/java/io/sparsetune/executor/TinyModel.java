package io.sparsetune.executor;

import io.sparsetune.params.ParameterLayout;
import io.sparsetune.params.TensorSpec;
import io.sparsetune.pretrained.ModelConfigFile;
import io.sparsetune.safetensors.SafetensorsWriter;
import io.sparsetune.train.TinyTask;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The model of {@link TinyTask} as a Hugging Face folder. */
final class TinyModel {
  private TinyModel() {}

  static void write(Path folder) throws IOException {
    ParameterLayout layout = TinyTask.spec().layout();
    float[] theta = TinyTask.theta();
    SafetensorsWriter weights = new SafetensorsWriter();
    for (int t = 0; t < layout.tensorCount(); t++) {
      TensorSpec tensor = layout.tensor(t);
      float[] values =
          Arrays.copyOfRange(theta, layout.offset(t), layout.offset(t) + tensor.size());
      weights.floats(
          (tensor.name().startsWith("classifier") ? "" : "bert.") + tensor.name(),
          tensor.shape(),
          sink -> sink.accept(values, values.length));
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve("model.safetensors"))) {
      weights.writeTo(out);
    }
    Files.writeString(
        folder.resolve("config.json"), ModelConfigFile.json(TinyTask.spec().encoder()).toString());
  }
}
