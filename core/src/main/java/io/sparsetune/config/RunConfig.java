package io.sparsetune.config;

import io.sparsetune.files.ByteSource;
import io.sparsetune.method.MethodConfig;
import io.sparsetune.model.Pooling;
import java.util.function.Function;

/** A whole run, as the configuration file says it, with every default filled in. */
public record RunConfig(
    ModelConfig model,
    TaskConfig task,
    DataConfig data,
    MethodConfig method,
    TrainingConfig training,
    String output) {

  /** The same with a pooling that is said. */
  public RunConfig with(Pooling pooling) {
    return new RunConfig(model.with(pooling), task, data, method, training, output);
  }

  /** The same, written into another folder. */
  public RunConfig into(String folder) {
    return new RunConfig(model, task, data, method, training, folder);
  }

  /** The same with what the method's keys name: {@link io.sparsetune.method.MaskMethod#opened}. */
  public RunConfig opened(Function<String, ByteSource> files) {
    return new RunConfig(
        model, task, data, method.method().opened(method, files), training, output);
  }
}
