package io.sparsetune.config;

import io.sparsetune.method.MethodConfig;

/** A whole run, as the configuration file says it, with every default filled in. */
public record RunConfig(
    ModelConfig model,
    TaskConfig task,
    DataConfig data,
    MethodConfig method,
    TrainingConfig training,
    String output) {}
